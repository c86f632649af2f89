/** PostgreSQL: connections, transactions, errors, migrations and workspaces. Not part of the public API. */
@NullMarked
package dev.modelscan.storage.internal.postgres;

import org.jspecify.annotations.NullMarked;
