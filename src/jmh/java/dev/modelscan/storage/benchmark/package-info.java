/** The benchmark: what the library costs beside other ways to do the same. {@link Main} runs it. */
package dev.modelscan.storage.benchmark;
