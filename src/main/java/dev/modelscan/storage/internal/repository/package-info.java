/**
 * A repository for each kind of record, what all of them share, and deleted records. Not part of the public API.
 */
@NullMarked
package dev.modelscan.storage.internal.repository;

import org.jspecify.annotations.NullMarked;
