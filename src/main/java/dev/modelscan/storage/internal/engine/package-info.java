/** Where connections come from: pools, transactions, and what differs between database engines. Not part of the public API. */
@NullMarked
package dev.modelscan.storage.internal.engine;

import org.jspecify.annotations.NullMarked;
