package dev.modelscan.storage.benchmark;

import dev.modelscan.storage.benchmark.harness.Fixture;
import dev.modelscan.storage.benchmark.harness.Options;
import dev.modelscan.storage.benchmark.harness.Outcomes;
import dev.modelscan.storage.benchmark.harness.Report;
import dev.modelscan.storage.benchmark.system.NativeProgram;
import dev.modelscan.storage.benchmark.workload.AgentSteps;
import dev.modelscan.storage.benchmark.workload.Allocation;
import dev.modelscan.storage.benchmark.workload.Audited;
import dev.modelscan.storage.benchmark.workload.BulkInsert;
import dev.modelscan.storage.benchmark.workload.ColdStart;
import dev.modelscan.storage.benchmark.workload.Creates;
import dev.modelscan.storage.benchmark.workload.DurableCreates;
import dev.modelscan.storage.benchmark.workload.Growth;
import dev.modelscan.storage.benchmark.workload.Imports;
import dev.modelscan.storage.benchmark.workload.LongConversations;
import dev.modelscan.storage.benchmark.workload.ManyWorkspaces;
import dev.modelscan.storage.benchmark.workload.MixedLoad;
import dev.modelscan.storage.benchmark.workload.OnPostgres;
import dev.modelscan.storage.benchmark.workload.Reads;
import dev.modelscan.storage.benchmark.workload.SingleCalls;
import dev.modelscan.storage.benchmark.workload.Updates;
import dev.modelscan.storage.benchmark.workload.Workload;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Runs the benchmark: all workloads, or those that {@code --only=} names, and writes what they found into the documentation. */
public final class Main {

    private static final List<Workload> WORKLOADS = List.of(
            new Reads(),
            new Creates(),
            new Updates(),
            new DurableCreates(),
            new AgentSteps(),
            new Audited(),
            new MixedLoad(),
            new BulkInsert(),
            new ColdStart(),
            new Allocation(),
            new Growth(),
            new LongConversations(),
            new Imports(),
            new ManyWorkspaces(),
            new SingleCalls(),
            new OnPostgres());

    private Main() {}

    /** See {@link Options} for the arguments. */
    public static void main(String[] arguments) throws Exception {
        Options options = Options.parse(arguments);
        Path directory = Files.createDirectories(options.directory());
        // A JVM that this one starts has files of its own.
        Path files = directory.resolve(options.delayedFlush() ? "delayed" : "files");
        Fixture fixture = new Fixture(files, options.transcripts());
        Outcomes outcomes = new Outcomes(directory);
        for (Workload workload : WORKLOADS) {
            if (options.wants(workload.name())) {
                workload.run(options, fixture, outcomes);
            }
        }
        if (!options.delayedFlush() && !options.quick()) {
            Report.write(machine(directory, fixture), outcomes, !options.only().isEmpty());
        }
    }

    private static List<String> machine(Path directory, Fixture fixture) throws IOException, SQLException {
        List<String> lines = new ArrayList<>();
        lines.add(Runtime.getRuntime().availableProcessors() + " cores, " + System.getProperty("os.name") + " "
                + System.getProperty("os.arch"));
        lines.add("JDK " + Runtime.version());
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite::memory:");
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT sqlite_version()")) {
            lines.add("SQLite " + rows.getString(1) + " in the driver");
        }
        Optional<NativeProgram> program = NativeProgram.start(directory, fixture.copy("version"));
        if (program.isPresent()) {
            try (NativeProgram c = program.get()) {
                lines.add("SQLite " + c.sqliteVersion() + " in the C program");
            }
        }
        lines.add(String.format(
                Locale.ROOT,
                "load of the machine at the end of the run: %.1f",
                ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage()));
        return lines;
    }
}
