/** What is looked for in the rows of a database, on every engine, and in its backups. */
@NullMarked
package dev.modelscan.storage.internal.doctor;

import org.jspecify.annotations.NullMarked;
