/** What is wrong with a database, and how to fix it. */
@NullMarked
package dev.modelscan.storage.doctor;

import org.jspecify.annotations.NullMarked;
