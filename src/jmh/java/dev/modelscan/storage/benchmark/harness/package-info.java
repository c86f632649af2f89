/** What measures, compares and reports. */
package dev.modelscan.storage.benchmark.harness;
