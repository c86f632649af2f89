package dev.modelscan.storage.internal.doctor;

import dev.modelscan.storage.doctor.Diagnosis;
import dev.modelscan.storage.doctor.Finding;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jooq.DSLContext;
import org.jspecify.annotations.Nullable;

/** Puts together what the engine says, what the rows say, and what the backups say. */
public final class Examination {

    private Examination() {}

    /**
     * Runs all checks.
     *
     * @param engine what the engine says; rows are asked only if no table is missing
     * @param dsl reads the rows
     * @param audit looks at the audit log
     * @param backups a directory of backups; null for none
     */
    public static Diagnosis run(
            List<Finding> engine,
            Supplier<DSLContext> dsl,
            Supplier<List<Finding>> audit,
            @Nullable Path backups,
            Instant now) {
        List<Finding> findings = new ArrayList<>(engine);
        if (engine.stream().noneMatch(finding -> isInTheWay(finding.code()))) {
            findings.addAll(new ContentChecks(dsl.get(), now).run());
            findings.addAll(audit.get());
        }
        if (backups != null) {
            findings.addAll(BackupChecks.of(backups, now));
        }
        return new Diagnosis(findings);
    }

    private static boolean isInTheWay(String code) {
        return code.equals("schema-drift") || code.equals("page-damaged");
    }
}
