package dev.modelscan.storage.cli.archives;

/** Is told now and then how far a pass over an archive has come, and at its end. */
@FunctionalInterface
public interface ArchiveProgress {

    /** How many of all units are done, which are bytes or rows; equal at the end of the pass. */
    void at(String pass, long done, long total);
}
