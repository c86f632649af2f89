package dev.modelscan.storage.transfer;

import dev.modelscan.storage.errors.StorageException;
import java.util.List;

/**
 * The source of a {@link Transfer} has objects that the target would not get, and {@link
 * Transfer#leaveBehind} does not name all of them. Nothing was written to the target.
 *
 * @since 0.1.0
 */
public final class LeftBehindException extends StorageException {

    private static final long serialVersionUID = 1L;

    @SuppressWarnings("serial") // an immutable list of records
    private final List<LeftBehind> leftBehind;

    /** Names all objects. */
    public LeftBehindException(String message, List<LeftBehind> leftBehind) {
        super(message, null);
        this.leftBehind = List.copyOf(leftBehind);
    }

    /** The objects that would be left behind and were not named, sorted by kind and name; immutable. */
    public List<LeftBehind> leftBehind() {
        return leftBehind;
    }
}
