/** Agents: who acts. */
@NullMarked
package dev.modelscan.storage.agents;

import org.jspecify.annotations.NullMarked;
