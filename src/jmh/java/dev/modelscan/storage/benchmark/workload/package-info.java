/** What is measured: one class for each kind of load. */
package dev.modelscan.storage.benchmark.workload;
