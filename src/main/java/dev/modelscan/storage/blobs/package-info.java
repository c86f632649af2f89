/** Blobs: bytes that are stored once, such as the images of messages. */
@NullMarked
package dev.modelscan.storage.blobs;

import org.jspecify.annotations.NullMarked;
