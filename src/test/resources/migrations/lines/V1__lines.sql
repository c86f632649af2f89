-- A byte order mark, Windows line ends, empty lines, Grüße.

CREATE TABLE a (id TEXT) STRICT;

  
CREATE TABLE b (id TEXT) STRICT;