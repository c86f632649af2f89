/** Conversations and the messages in them. */
@NullMarked
package dev.modelscan.storage.conversations;

import org.jspecify.annotations.NullMarked;
