/** The repositories, and what callers' SQL is wrapped in. Not part of the public API. */
@NullMarked
package dev.modelscan.storage.internal.repository;

import org.jspecify.annotations.NullMarked;
