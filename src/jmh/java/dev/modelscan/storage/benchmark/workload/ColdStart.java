package dev.modelscan.storage.benchmark.workload;

import dev.modelscan.storage.benchmark.harness.ChildJvm;
import dev.modelscan.storage.benchmark.harness.Contender;
import dev.modelscan.storage.benchmark.harness.Contest;
import dev.modelscan.storage.benchmark.harness.Fixture;
import dev.modelscan.storage.benchmark.harness.Goal;
import dev.modelscan.storage.benchmark.harness.Options;
import dev.modelscan.storage.benchmark.harness.Outcome;
import dev.modelscan.storage.benchmark.harness.Outcomes;
import dev.modelscan.storage.benchmark.harness.Range;
import dev.modelscan.storage.benchmark.system.SystemKind;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** A new JVM opens a database that is up to date and reads one agent, from the start of the process to its end. */
public final class ColdStart implements Workload {

    private static final List<SystemKind> KINDS =
            List.of(SystemKind.LIBRARY, SystemKind.JDBC, SystemKind.JOOQ, SystemKind.JDBI, SystemKind.HIBERNATE);

    @Override
    public String name() {
        return "start";
    }

    @Override
    public void run(Options options, Fixture fixture, Outcomes outcomes) throws Exception {
        Path file = fixture.copy("start");
        String id = Fixture.agentIds()[0].value();
        List<Contender> contenders = KINDS.stream()
                .map(kind -> new Contender(
                        kind.label(),
                        nanos -> 1
                                / ChildJvm.of(OpenAndRead.class, List.of(kind.name(), file.toString(), id))
                                        .run()))
                .toList();
        Contest contest = Contest.run("new JVM, open and read", contenders, 1, options.rounds(), 0);
        for (SystemKind peer : KINDS.subList(1, KINDS.size())) {
            // Rates turned around: how many times as long the library took.
            Range times = contest.ratio(peer.label(), SystemKind.LIBRARY.label());
            String detail = String.format(
                    Locale.ROOT,
                    "%.2f s against %.2f s",
                    1 / contest.rate(SystemKind.LIBRARY.label()).median(),
                    1 / contest.rate(peer.label()).median());
            Goal goal = peer == SystemKind.JDBC ? Goal.atMost(1.3) : null;
            outcomes.add(Outcome.of("open and read one agent in a new JVM, time", peer.label(), times, goal, detail));
        }
    }
}
