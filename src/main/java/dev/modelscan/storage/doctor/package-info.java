/** What is wrong with a database, and what mends it. */
@NullMarked
package dev.modelscan.storage.doctor;

import org.jspecify.annotations.NullMarked;
