/** What the library throws. */
@NullMarked
package dev.modelscan.storage.errors;

import org.jspecify.annotations.NullMarked;
