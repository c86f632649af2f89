package dev.modelscan.storage.cli.formats;

/**
 * A place in a source, after decompression, as UTF-8.
 *
 * @param record the number of the record, from 1; 0 if the source has no records
 * @param line the line on which the record starts, from 1; 0 if the source has no lines
 * @param byteOffset the offset of the record's first byte, from 0; -1 if the source has none
 */
public record Place(long record, long line, long byteOffset) {}
