package dev.modelscan.storage.cli;

/**
 * A position in a file of transcripts.
 *
 * @param line the line, from 1
 * @param column the column in that line, from 1, in bytes
 * @param record the number of the record, from 1
 */
record Position(long line, long column, long record) {}
