/**
 * Writes runs in the forms of other programs. What the source of a run said beyond the neutral events is in
 * their rests, so a run that is written in the form that it came from is the source again, as JSON.
 */
@NullMarked
package dev.modelscan.storage.cli.exports;

import org.jspecify.annotations.NullMarked;
