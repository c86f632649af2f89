package dev.modelscan.storage.internal.doctor;

import dev.modelscan.storage.doctor.Diagnosis;
import dev.modelscan.storage.doctor.DoctorProgress;
import dev.modelscan.storage.doctor.Finding;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jooq.DSLContext;
import org.jspecify.annotations.Nullable;

/** Puts together what the engine says, what the rows say, and what the backups say. */
public final class Examination {

    private record Check(String name, Supplier<List<Finding>> findings) {}

    private final List<Check> checks = new ArrayList<>();
    private final Consumer<? super DoctorProgress> progress;

    private Examination(Consumer<? super DoctorProgress> progress) {
        this.progress = Objects.requireNonNull(progress, "progress");
    }

    /**
     * Runs all checks.
     *
     * @param engine asks the engine; rows are asked only if no table is missing
     * @param dsl reads the rows
     * @param audit looks at the audit log
     * @param backups a directory of backups; null for none
     * @param progress is told before each check, and at the end
     */
    public static Diagnosis run(
            Supplier<List<Finding>> engine,
            Supplier<DSLContext> dsl,
            Supplier<List<Finding>> audit,
            @Nullable Path backups,
            Clock clock,
            Consumer<? super DoctorProgress> progress) {
        Instant now = clock.instant();
        Examination examination = new Examination(progress);
        examination.add("storage", engine);
        ContentChecks.of(dsl, now).forEach(examination::add);
        examination.add("audit log", audit);
        if (backups != null) {
            examination.add("backups", () -> BackupChecks.of(backups, now));
        }
        return new Diagnosis(examination.run());
    }

    private void add(String name, Supplier<List<Finding>> findings) {
        checks.add(new Check(name, findings));
    }

    private List<Finding> run() {
        List<Finding> findings = new ArrayList<>();
        boolean readable = true;
        for (int i = 0; i < checks.size(); i++) {
            Check check = checks.get(i);
            progress.accept(new DoctorProgress(check.name(), i, checks.size()));
            if (readable || check.name().equals("backups")) {
                findings.addAll(check.findings().get());
                readable = findings.stream().noneMatch(finding -> isInTheWay(finding.code()));
            }
        }
        progress.accept(new DoctorProgress("done", checks.size(), checks.size()));
        return findings;
    }

    private static boolean isInTheWay(String code) {
        return code.equals("schema-drift") || code.equals("page-damaged");
    }
}
