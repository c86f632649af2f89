/**
 * The forms of file that the command line imports. Each {@link dev.modelscan.storage.cli.formats.Form} turns its
 * records into one neutral stream of {@link dev.modelscan.storage.cli.formats.Event}s. Nothing here knows the database.
 */
@NullMarked
package dev.modelscan.storage.cli.formats;

import org.jspecify.annotations.NullMarked;
