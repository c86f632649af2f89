/** What is compared: one class for each way to reach SQLite, all over one schema and with the same settings. */
package dev.modelscan.storage.benchmark.system;
