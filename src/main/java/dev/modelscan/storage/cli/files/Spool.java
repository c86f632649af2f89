package dev.modelscan.storage.cli.files;

import dev.modelscan.storage.cli.formats.Fields;
import dev.modelscan.storage.cli.temporary.TemporaryFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The temporary files of one source, readable by this user alone. Closing deletes them. */
final class Spool implements AutoCloseable {

    private final List<SpooledArray> arrays = new ArrayList<>();

    SpooledArray array() throws IOException {
        Path file = TemporaryFiles.create(".json");
        SpooledArray array = new SpooledArray(file, this, Fields.MAPPER);
        arrays.add(array);
        return array;
    }

    @Override
    public void close() throws IOException {
        IOException failure = null;
        for (SpooledArray array : arrays) {
            try {
                array.delete();
            } catch (IOException e) {
                if (failure == null) {
                    failure = e;
                } else {
                    failure.addSuppressed(e);
                }
            }
        }
        arrays.clear();
        if (failure != null) {
            throw failure;
        }
    }
}
