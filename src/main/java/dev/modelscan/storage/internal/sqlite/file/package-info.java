/** SQLite files: connections, error codes, and the files beside a database. Not part of the public API. */
@NullMarked
package dev.modelscan.storage.internal.sqlite.file;

import org.jspecify.annotations.NullMarked;
