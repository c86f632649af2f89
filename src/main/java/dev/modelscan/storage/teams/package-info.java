/** Teams, and which agents are in them. */
@NullMarked
package dev.modelscan.storage.teams;

import org.jspecify.annotations.NullMarked;
