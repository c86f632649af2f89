/** Model calls: what a model was asked, and what it cost. */
@NullMarked
package dev.modelscan.storage.models;

import org.jspecify.annotations.NullMarked;
