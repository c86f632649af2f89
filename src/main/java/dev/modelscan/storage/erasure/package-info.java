/** Erases a participant or a conversation from all that the database holds. */
@NullMarked
package dev.modelscan.storage.erasure;

import org.jspecify.annotations.NullMarked;
