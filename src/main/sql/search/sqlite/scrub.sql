-- Rewrites the index without the words of what was deleted: until then they stay in its pages.
INSERT INTO search_words (search_words) VALUES ('optimize');
