/** Files as a stream of JSON records: compression, encoding, and how the records are separated. */
@NullMarked
package dev.modelscan.storage.cli.files;

import org.jspecify.annotations.NullMarked;
