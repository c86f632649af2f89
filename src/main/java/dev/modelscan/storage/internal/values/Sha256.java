package dev.modelscan.storage.internal.values;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** The hash of blobs, backups and entries of the audit log. */
public final class Sha256 {

    private Sha256() {}

    public static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
