package dev.modelscan.storage.contract;

import static dev.modelscan.storage.schema.Tables.AGENTS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.DatabaseBuilder;
import dev.modelscan.storage.Json;
import dev.modelscan.storage.PageRequest;
import dev.modelscan.storage.agents.Agent;
import dev.modelscan.storage.agents.AgentId;
import dev.modelscan.storage.agents.AgentStatus;
import dev.modelscan.storage.audit.AuditAction;
import dev.modelscan.storage.audit.AuditEntry;
import dev.modelscan.storage.audit.AuditFault;
import dev.modelscan.storage.audit.AuditHead;
import dev.modelscan.storage.audit.AuditSchedule;
import dev.modelscan.storage.audit.AuditVerification;
import dev.modelscan.storage.conversations.Message;
import dev.modelscan.storage.doctor.Finding;
import dev.modelscan.storage.errors.ConflictException;
import dev.modelscan.storage.errors.CorruptDatabaseException;
import dev.modelscan.storage.errors.NotFoundException;
import dev.modelscan.storage.errors.RejectedException;
import dev.modelscan.storage.errors.StorageException;
import dev.modelscan.storage.errors.UnavailableException;
import dev.modelscan.storage.schema.DefaultSchema;
import dev.modelscan.storage.support.FilledDatabase;
import dev.modelscan.storage.teams.Team;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.jooq.Table;
import org.jooq.impl.DSL;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is written in the audit log, and by whom. */
abstract class AuditContract extends Contract {

    @AfterEach
    void disable() {
        db.audit().disable();
        db.useTx(tx -> {
            tx.dsl().execute("DROP TABLE IF EXISTS \"Notes\"");
            tx.dsl().execute("DROP TABLE IF EXISTS \"Keys\"");
            for (String table : List.of("audit_entries", "audit_pending")) {
                tx.dsl().deleteFrom(DSL.table(DSL.name(table))).execute();
            }
        });
    }

    private List<AuditEntry> entries() {
        return walk(3, db.audit()::list).stream()
                .sorted((a, b) -> Long.compare(a.position(), b.position()))
                .toList();
    }

    private List<String> told() {
        return entries().stream().map(AuditContract::told).toList();
    }

    private static String told(AuditEntry entry) {
        return entry.actor() + " " + entry.action() + " " + entry.table() + " " + entry.key();
    }

    /** An index of the log holds it, and one of PostgreSQL does not take more. */
    @Test
    void aKeyThatIsTooLongForTheLogIsRefused() {
        write("CREATE TABLE pages (url text PRIMARY KEY, name text)");
        write("CREATE TABLE parts (one text, two text, PRIMARY KEY (one, two))");
        // PostgreSQL compresses what repeats.
        String letters = new Random(1)
                .ints(2_600, 'A', 'z')
                .mapToObj(Character::toString)
                .collect(Collectors.joining())
                .replace('\\', '0');
        String before = letters.substring(0, 2_501);
        write("INSERT INTO pages VALUES ('" + before + "', 'before')");
        db.audit().enable();

        write("INSERT INTO pages VALUES ('" + letters.substring(1, 2_501) + "', '" + letters + "')");
        write("INSERT INTO parts VALUES ('" + letters.substring(0, 1_200) + "', '" + letters.substring(1_200, 2_400)
                + "')");
        for (String tooLong : List.of(
                "INSERT INTO pages VALUES ('short', 'x'), ('" + letters + "', 'x')",
                "UPDATE pages SET url = '" + letters + "' WHERE url <> '" + before + "'",
                "INSERT INTO parts VALUES ('" + letters.substring(0, 1_300) + "', '" + letters.substring(1_300)
                        + "')")) {
            assertThatThrownBy(() -> write(tooLong))
                    .isInstanceOf(RejectedException.class)
                    .hasMessageContaining(
                            "has more than 2500 bytes, and the audit log takes no longer one; shorten it");
        }
        for (String change : List.of(
                "UPDATE pages SET name = 'x' WHERE url = '" + before + "'",
                "UPDATE pages SET url = 'short' WHERE url = '" + before + "'",
                "DELETE FROM pages WHERE url = '" + before + "'")) {
            assertThatThrownBy(() -> write(change))
                    .isInstanceOf(RejectedException.class)
                    .hasMessageContaining("takes no longer one; disable the log to change or delete the row");
        }

        assertThat(entries()).extracting(AuditEntry::table).containsExactly("audit_settings", "pages", "parts");
        assertThat(db.audit().verify().fault()).isEmpty();
        assertThat(db.audit().findings()).isEmpty();
        db.audit().disable();
        write("DELETE FROM pages");
    }

    @Test
    void newRowsOfEveryTableAreRecorded() {
        db.close();
        db = builder().keepDeleted(Duration.ofDays(1)).open();
        db.audit().enable();
        FilledDatabase filled = new FilledDatabase(db);
        Message last = db.messages().listLatest(filled.branched, 1).get(0);
        db.conversations().compact(filled.branched, last.id(), "what was said");
        db.messages().delete(filled.asked.id());

        Set<String> recorded = walk(PageRequest.MAX_LIMIT, db.audit()::list).stream()
                .filter(entry -> entry.action() == AuditAction.INSERT)
                .map(AuditEntry::table)
                .collect(Collectors.toSet());
        assertThat(recorded)
                .isEqualTo(DefaultSchema.DEFAULT_SCHEMA
                        .tableStream()
                        .map(Table::getName)
                        .filter(table -> !table.startsWith("audit_"))
                        .collect(Collectors.toSet()));
    }

    @Test
    void nothingIsRecordedUntilItIsOnNorWhenItIsOff() {
        createAgent("a");
        assertThat(db.audit().isEnabled()).isFalse();
        assertThat(db.audit().head()).isEqualTo(AuditHead.NONE);

        assertThat(db.audit().enable()).isTrue();
        assertThat(db.audit().enable()).isFalse();
        assertThat(db.audit().isEnabled()).isTrue();
        Agent agent = createAgent("b");
        db.audit().disable();
        createAgent("c");

        assertThat(told())
                .containsExactly(
                        "null enable audit_settings null",
                        "null insert agents " + agent.id(),
                        "null disable audit_settings null");
    }

    @Test
    void insertsUpdatesAndDeletesAreRecordedWithTheirValues() {
        db.audit().enable();
        Agent agent = db.agents()
                .create(agent("a\"\\é😀\n").metadata(Json.parse("{\"n\":1.50}")).build());
        db.agents().updateStatus(agent.id(), AgentStatus.ACTIVE);
        db.agents().delete(agent.id());

        List<AuditEntry> entries = entries();
        assertThat(entries)
                .extracting(AuditEntry::action)
                .containsExactly(AuditAction.ENABLE, AuditAction.INSERT, AuditAction.UPDATE, AuditAction.DELETE);
        Json inserted = entries.get(1).changes();
        assertThat(inserted.toNode().get("name").asText()).isEqualTo("a\"\\é😀\n");
        assertThat(inserted.toNode().get("created_at").asText())
                .isEqualTo(agent.createdAt().toString());
        assertThat(Json.parse(inserted.toNode().get("metadata").asText())).isEqualTo(agent.metadata());
        Json updated = entries.get(2).changes();
        assertThat(updated.toNode().get("status")).hasToString("[\"idle\",\"active\"]");
        assertThat(updated.toNode().get("version")).hasToString("[1,2]");
        assertThat(updated.toNode().has("name")).isFalse();
        assertThat(entries.get(3).changes().toNode().get("name").asText()).isEqualTo("a\"\\é😀\n");
    }

    @Test
    void actorsAreThoseOfTheTransaction() throws SQLException {
        db.audit().enable();
        Database ann = db.as("ann");
        Agent first = ann.agents().create(agent("first").build());
        db.agents().create(agent("nobody").build());
        ann.useTx(tx -> {
            tx.agents().updateStatus(first.id(), AgentStatus.ACTIVE);
            tx.dsl()
                    .update(AGENTS)
                    .set(AGENTS.MODE, "own")
                    .where(AGENTS.ID.eq(first.id()))
                    .execute();
        });
        db.as("o'neil")
                .agents()
                .createAll(List.of(agent("two").build(), agent("three").build()));
        assertThatThrownBy(() -> ann.agents().create(agent("two").build())).isInstanceOf(ConflictException.class);
        db.agents().updateStatus(first.id(), AgentStatus.IDLE);

        // SQLite's trigger that sets updated_at makes an update of its own.
        assertThat(entries())
                .filteredOn(
                        entry -> !entry.changes().toNode().path("updated_at").isArray()
                                || entry.changes().toNode().path("status").isArray()
                                || entry.changes().toNode().path("mode").isArray())
                .extracting(AuditEntry::actor)
                .containsExactly(null, "ann", null, "ann", "ann", "o'neil", "o'neil", null);
        long before = db.audit().head().position();
        boolean isJoined = false;
        try (Connection own = engine().connect(db).orElse(null)) {
            if (own != null) {
                isJoined = true;
                own.setAutoCommit(false);
                ann.on(own).agents().create(agent("joined").build());
                assertThatThrownBy(() -> ann.on(own).agents().delete(new AgentId("none")))
                        .isInstanceOf(NotFoundException.class);
                String schema = isSqlite() ? "" : '"' + db.workspace() + "\".";
                own.createStatement().executeUpdate("DELETE FROM " + schema + "agents WHERE name = 'joined'");
                own.commit();
            }
        }
        assertThat(entries().stream().skip(before).map(AuditEntry::actor))
                .isEqualTo(isJoined ? Arrays.asList("ann", null) : List.of());
    }

    @Test
    void theApplicationsOwnTablesAreRecordedToo() {
        db.useTx(tx -> {
            tx.dsl()
                    .execute("CREATE TABLE \"Notes\" (\"no\" integer, part text, \"it's \"\"x\"\"\" text, size double"
                            + " precision, password text, data " + (isSqlite() ? "blob" : "bytea")
                            + ", PRIMARY KEY (\"no\", part))");
            tx.dsl().execute("INSERT INTO \"Notes\" VALUES (1, 'before', NULL, NULL, NULL, NULL)");
        });
        db.audit().enable(List.of("Notes.part", "agents.metadata.key"));
        String bytes = isSqlite() ? "x'00ff'" : "'\\x00ff'";
        db.useTx(tx -> {
            tx.dsl().execute("INSERT INTO \"Notes\" VALUES (2, 'b\"', 'quoted''', 0.1, 'hunter2', " + bytes + ")");
            tx.dsl()
                    .execute(
                            "UPDATE \"Notes\" SET \"no\" = 3, size = NULL, part = 'c', password = 'x' WHERE \"no\" = 2");
            tx.dsl().execute("UPDATE \"Notes\" SET part = part");
            tx.dsl().execute("DELETE FROM \"Notes\" WHERE \"no\" = 3");
        });

        List<AuditEntry> entries = entries();
        assertThat(told().subList(1, 4))
                .containsExactly(
                        "null insert Notes [2,\"b\\\"\"]",
                        "null update Notes [2,\"b\\\"\"]",
                        "null delete Notes [3,\"c\"]");
        assertThat(entries.get(1).changes())
                .isEqualTo(Json.parse("{\"no\":2,\"part\":\"[redacted]\",\"it's \\\"x\\\"\":\"quoted'\",\"size\":"
                        + "\"0.1\",\"password\":\"[redacted]\",\"data\":[\"00FF\"]}"));
        assertThat(entries.get(2).changes().toNode().get("size").get(1).isNull())
                .isTrue();
        assertThat(entries.get(2).changes().toNode().get("no")).hasToString("[2,3]");
        assertThat(entries.get(2).changes().toNode().get("password")).hasToString("[\"[redacted]\",\"[redacted]\"]");
        assertThat(entries.get(3).changes().toNode().has("size")).isFalse();
    }

    @Test
    void columnsMayHaveTheNamesThatTheTriggersUse() {
        write(
                "CREATE TABLE \"Notes\" (position integer PRIMARY KEY, who text, inserted text, tg_op text, \"new\" text)");
        db.audit().enable();
        write("INSERT INTO \"Notes\" VALUES (1, 'a', 'b', 'c', 'd')");
        write("UPDATE \"Notes\" SET who = 'x', \"new\" = 'y'");

        assertThat(told()).endsWith("null insert Notes 1", "null update Notes 1");
        assertThat(entries().get(1).changes())
                .isEqualTo(
                        Json.parse("{\"position\":1,\"who\":\"a\",\"inserted\":\"b\",\"tg_op\":\"c\",\"new\":\"d\"}"));
    }

    boolean isSqlite() {
        return db.workspace() == null;
    }

    @Test
    void aMemberOfJsonIsRedacted() {
        db.audit().enable(List.of("*.metadata.key", "agents.metadata.a b"));
        Agent agent = db.agents()
                .create(agent("a")
                        .metadata(Json.parse("{\"key\":\"s3cret\",\"a b\":1,\"c\":{\"key\":2}}"))
                        .build());
        assertThat(Json.parse(
                        entries().get(1).changes().toNode().get("metadata").asText()))
                .isEqualTo(Json.parse("{\"key\":\"[redacted]\",\"a b\":\"[redacted]\",\"c\":{\"key\":2}}"));
        assertThat(db.agents().get(agent.id()).metadata().toString()).contains("s3cret");

        assertThatThrownBy(() -> db.audit().enable(List.of("agents.nothing")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no table has what agents.nothing names");
        assertThatThrownBy(() -> db.audit().enable(List.of("agents")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("table.column");
        assertThatThrownBy(() -> db.audit().enable(List.of("agents.metadata.c.key")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("not of one in it");
    }

    @Test
    void aColumnOfJsonIsHiddenAsAWhole() {
        db.audit().enable(List.of("tasks.input"));
        db.tasks().create(task().input(Json.parse("{\"key\":\"s3cret\"}")).build());
        assertThat(entries().get(1).changes().toNode().get("input").asText()).isEqualTo("[redacted]");
    }

    /** It was named for the members of objects, so what else is there is not known. */
    @Test
    void jsonThatIsNoObjectIsHiddenAsAWhole() {
        db.audit().enable(List.of("tasks.input.key"));
        db.tasks().create(task().input(Json.parse("[{\"key\":\"s3cret\"}]")).build());
        db.tasks().create(task().build());
        assertThat(entries().get(1).changes().toNode().get("input").asText()).isEqualTo("[redacted]");
        assertThat(entries().get(2).changes().toNode().has("input")).isFalse();
    }

    @Test
    void columnsThatAreNamedLikeASecretAreHidden() {
        write("CREATE TABLE \"Keys\" (id integer PRIMARY KEY, \"accessToken\" text, passwords text, input_tokens"
                + " integer)");
        db.audit().enable();
        write("INSERT INTO \"Keys\" VALUES (1, 'a', 'b', 3)");
        assertThat(entries().get(1).changes())
                .isEqualTo(Json.parse("{\"id\":1,\"accessToken\":\"[redacted]\",\"passwords\":\"[redacted]\","
                        + "\"input_tokens\":3}"));
    }

    @Test
    void whatWasNamedStaysUntilItIsNamedAnew() {
        db.audit().enable(List.of("agents.mode"));
        assertThat(db.audit().enable()).isFalse();
        createAgent("a");
        assertThat(entries().get(1).changes().toNode().get("mode").asText()).isEqualTo("[redacted]");
        assertThat(db.audit().enable(List.of())).isTrue();
        createAgent("b");
        assertThat(entries().get(3).changes().toNode().get("mode").asText()).isEqualTo("llm");
    }

    @Test
    void theDocumentsOfKeptDeletionsAreLeftOut() {
        Optional<DatabaseBuilder> beside = engine().beside(db);
        if (beside.isEmpty()) {
            return;
        }
        try (Database keeping = beside.get().keepDeleted(Duration.ofDays(1)).open()) {
            keeping.audit().enable();
            keeping.agents().delete(keeping.agents().create(agent("a").build()).id());
        }
        assertThat(entries())
                .filteredOn(entry -> entry.table().equals("deleted_rows"))
                .isNotEmpty()
                .allSatisfy(entry -> assertThat(
                                entry.changes().toNode().get("document").asText())
                        .isEqualTo("[redacted]"));
    }

    @Test
    void theBytesOfBlobsAreLeftOut() {
        db.audit().enable();
        db.blobs().write(new byte[100_000]);
        assertThat(entries())
                .filteredOn(entry -> entry.table().equals("blob_chunks"))
                .isNotEmpty()
                .allSatisfy(entry -> assertThat(
                                entry.changes().toNode().get("bytes").asText())
                        .isEqualTo("[redacted]"));
    }

    @Test
    void listsAreByRecordActorAndTime() {
        db.audit().enable();
        Database ann = db.as("ann");
        Agent a = ann.agents().create(agent("a").build());
        Agent b = db.agents().create(agent("b").build());
        Team team = ann.teams().create(Team.builder().name("t").build());
        ann.teams().addMember(team.id(), a.id());
        db.agents().updateStatus(a.id(), AgentStatus.ACTIVE);

        assertThat(db.audit()
                        .listByRecord("agents", a.id().value(), PageRequest.first(10))
                        .items())
                .extracting(AuditEntry::action)
                .containsExactly(AuditAction.UPDATE, AuditAction.INSERT);
        String member = Json.of(List.of(team.id().value(), a.id().value())).toString();
        assertThat(db.audit()
                        .listByRecord("team_members", member, PageRequest.first(10))
                        .items())
                .hasSize(1);
        assertThat(walk(1, page -> db.audit().listByActor("ann", page)))
                .extracting(AuditEntry::table)
                .containsExactly("team_members", "teams", "agents");
        assertThat(db.audit().listByActor("\u0000", PageRequest.first(1)).items())
                .isEmpty();
        Instant first = entries().get(0).at();
        Instant last = entries().get(5).at();
        assertThat(walk(2, page -> db.audit().listBetween(first.minusSeconds(1), last.plusSeconds(1), page)))
                .hasSize(6)
                .extracting(AuditEntry::key)
                .contains(b.id().value());
        assertThat(db.audit()
                        .listBetween(first.minusSeconds(9), first.minusSeconds(8), PageRequest.first(9))
                        .items())
                .isEmpty();
        assertThat(walk(4, page -> db.audit().listBetween(Instant.MIN, Instant.MAX, page)))
                .hasSize(6);
        assertThat(walk(4, page -> db.audit().listBetween(first.plusNanos(1), Instant.MAX, page)))
                .hasSizeLessThan(6);
        for (Instant empty : List.of(Instant.MIN, Instant.MAX)) {
            assertThat(db.audit()
                            .listBetween(empty, empty, PageRequest.first(9))
                            .items())
                    .isEmpty();
        }
    }

    @Test
    void insideATransactionWhatIsSealedIsRead() {
        assumeTrue(engine().readsWhileWriting());
        db.audit().enable();
        AuditHead head = db.audit().head();
        createAgent("a");

        db.useTx(tx -> {
            assertThat(db.audit().head()).isEqualTo(head);
            assertThat(db.audit().list(PageRequest.first(10)).items()).hasSize(1);
            assertThat(db.audit().listByActor("a", PageRequest.first(10)).items())
                    .isEmpty();
            assertThat(db.audit().verify(head).fault()).isEmpty();
            assertThat(db.audit().verify(head).pending()).isEqualTo(1);
            assertThatThrownBy(() -> db.audit().seal())
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("tx");
        });

        assertThat(db.audit().head().position()).isEqualTo(head.position() + 1);
    }

    @Test
    void ofManyThatSwitchItAtOnceOneDoes() throws Exception {
        assertThat(Workers.runTogether(i -> () -> db.audit().enable())).containsOnlyOnce(true);
        assertThat(Workers.runTogether(i -> () -> db.audit().enable(List.of("agents.mode"))))
                .containsOnlyOnce(true);
        Workers.runTogether(i -> () -> {
            db.audit().disable();
            return i;
        });

        assertThat(entries())
                .extracting(AuditEntry::action)
                .containsExactly(AuditAction.ENABLE, AuditAction.ENABLE, AuditAction.DISABLE);
    }

    @Test
    void manyThatSealAtOncePutEachEntryIntoTheChainOnce() throws Exception {
        db.audit().enable();
        db.agents()
                .createAll(IntStream.range(0, 50)
                        .mapToObj(i -> agent("a" + i).build())
                        .toList());

        Workers.runTogether(i -> () -> {
            db.audit().seal();
            return i;
        });

        assertThat(entries()).hasSize(51);
        assertThat(db.audit().verify().fault()).isEmpty();
    }

    @Test
    void positionsHaveNoGapsWhateverIsRolledBack() throws InterruptedException {
        db.audit().enable();
        ExecutorService threads = Executors.newFixedThreadPool(4);
        for (int i = 0; i < 4; i++) {
            int thread = i;
            threads.execute(() -> IntStream.range(0, 10).forEach(n -> {
                try {
                    db.as("t" + thread).useTx(tx -> {
                        tx.agents().create(agent("a" + thread + "." + n).build());
                        tx.agents().create(agent("b" + thread + "." + n).build());
                        if (n % 3 == 0) {
                            throw new IllegalStateException("rolled back");
                        }
                    });
                } catch (IllegalStateException e) {
                    assertThat(e).hasMessage("rolled back");
                }
                if (n % 4 == 0) {
                    db.audit().seal();
                }
            }));
        }
        threads.shutdown();
        assertThat(threads.awaitTermination(1, TimeUnit.MINUTES)).isTrue();

        List<AuditEntry> entries = entries();
        assertThat(entries)
                .hasSize(1 + 4 * 6 * 2)
                .extracting(AuditEntry::position)
                .containsExactlyElementsOf(
                        LongStream.rangeClosed(1, entries.size()).boxed().toList());
        Function<AuditEntry, String> name =
                entry -> entry.changes().toNode().path("name").asText();
        for (int i = 1; i < entries.size(); i++) {
            String own = name.apply(entries.get(i));
            assertThat(entries.get(i).actor()).isEqualTo("t" + own.charAt(1));
        }
        assertThat(db.audit().head().hash())
                .isEqualTo(entries.get(entries.size() - 1).hash());
    }

    private AuditVerification tampered(Runnable change) {
        db.audit().seal();
        change.run();
        return db.audit().verify();
    }

    private void write(String sql) {
        db.useTx(tx -> tx.dsl().execute(sql));
    }

    private void fill() {
        db.audit().enable();
        IntStream.range(0, 5).forEach(i -> createAgent("a" + i));
        db.audit().seal();
    }

    @Test
    void aChainThatNobodyTouchedHolds() {
        assertThat(db.audit().verify()).isEqualTo(new AuditVerification(0, AuditHead.NONE, Optional.empty(), 0, 0, 0));
        fill();
        AuditHead head = db.audit().head();
        assertThat(db.audit().verify()).isEqualTo(new AuditVerification(6, head, Optional.empty(), 0, 0, 0));
        createAgent("later");
        AuditVerification since = db.audit().verify(head);
        assertThat(since.fault()).isEmpty();
        assertThat(since.entries()).isEqualTo(7);
        assertThat(since.head()).isEqualTo(db.audit().head());
        assertThat(AuditHead.parse(head.toString())).isEqualTo(head);
        assertThatThrownBy(() -> AuditHead.parse("7:abc")).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "changes = '{}'",
                "changes = NULL, erased_in = 5",
                "actor = 'somebody'",
                "record_key = 'other'",
                "record_key = NULL",
                "table_name = 'teams'",
                "action = 'delete'",
                "occurred_at = '2020-01-01T00:00:00.000000Z'",
                "payload_hash = '0000000000000000000000000000000000000000000000000000000000000000'"
            })
    void aChangedEntryIsNamed(String change) {
        fill();
        AuditVerification found = tampered(() -> write("UPDATE audit_entries SET " + change + " WHERE position = 3"));
        assertThat(found.fault()).isPresent();
        assertThat(found.fault().orElseThrow().kind()).isEqualTo(AuditFault.Kind.CHANGED);
        assertThat(found.fault().orElseThrow().position()).isEqualTo(3);
        assertThat(found.entries()).isEqualTo(2);
        assertThat(codes()).containsExactly("audit-broken");
    }

    @Test
    void aDamagedEndIsNamedAndNothingIsPutBehindIt() {
        fill();
        createAgent("later");
        write("UPDATE audit_entries SET hash = upper(hash) WHERE position = 6");
        assertThatThrownBy(() -> db.audit().head())
                .isInstanceOf(CorruptDatabaseException.class)
                .hasMessageContaining("audit entry 6");
        AuditFault fault = db.audit().verify().fault().orElseThrow();
        assertThat(fault.kind()).isEqualTo(AuditFault.Kind.CHANGED);
        assertThat(fault.position()).isEqualTo(6);
        write("UPDATE audit_entries SET hash = lower(hash) WHERE position = 6");
        assertThat(db.audit().verify().entries()).isEqualTo(7);
    }

    /** A head that is known says nothing of what is before it. */
    @Test
    void anEntryBeforeTheKnownHeadIsComparedToo() {
        fill();
        AuditHead known = db.audit().head();
        write("UPDATE audit_entries SET actor = 'bob' WHERE position = 2");
        assertThat(db.audit().verify(known).fault().orElseThrow().position()).isEqualTo(2);
    }

    private List<String> codes() {
        return db.doctor().findings().stream()
                .map(Finding::code)
                .filter(code -> code.startsWith("audit"))
                .toList();
    }

    @Test
    void aRemovedEntryIsNamed() {
        fill();
        AuditVerification found = tampered(() -> write("DELETE FROM audit_entries WHERE position = 1"));
        assertThat(found.fault().orElseThrow().kind()).isEqualTo(AuditFault.Kind.REMOVED);
        assertThat(found.fault().orElseThrow().position()).isEqualTo(1);
        found = tampered(() -> write("UPDATE audit_entries SET position = position - 1"));
        assertThat(found.fault().orElseThrow().kind()).isEqualTo(AuditFault.Kind.CHANGED);
    }

    /** Only a head that was kept elsewhere tells. */
    @Test
    void aTruncatedEndIsNamedAndSoIsAChainThatWasMadeAnew() {
        fill();
        AuditHead known = db.audit().head();
        write("DELETE FROM audit_entries WHERE position = 6");
        assertThat(db.audit().verify().fault()).isEmpty();
        AuditFault fault = db.audit().verify(known).fault().orElseThrow();
        assertThat(fault.kind()).isEqualTo(AuditFault.Kind.TRUNCATED);
        assertThat(fault.position()).isEqualTo(6);
        createAgent("another");
        fault = db.audit().verify(known).fault().orElseThrow();
        assertThat(fault.kind()).isEqualTo(AuditFault.Kind.REWRITTEN);
        write("DELETE FROM audit_entries");
        createAgent("anew");
        assertThat(db.audit().verify().fault()).isEmpty();
        assertThat(db.audit().verify(known).fault().orElseThrow().kind()).isEqualTo(AuditFault.Kind.TRUNCATED);
    }

    /** The number was given in the transaction of the change. */
    @Test
    void anEntryThatWasRemovedBeforeItCameIntoTheChainLeavesAGap() {
        fill();
        createAgent("b1");
        createAgent("b2");
        write("DELETE FROM audit_pending WHERE position = (SELECT min(position) FROM audit_pending)");
        Optional<AuditFault> fault = db.audit().verify().fault();
        // PostgreSQL gives numbers when the entries come into the chain.
        assertThat(fault.map(AuditFault::kind))
                .isEqualTo(isSqlite() ? Optional.of(AuditFault.Kind.REMOVED) : Optional.empty());
    }

    @Test
    void tablesWithoutTriggersAreFound() {
        fill();
        assertThat(codes()).isEmpty();
        db.useTx(tx -> tx.dsl().execute("CREATE TABLE \"Notes\" (id integer PRIMARY KEY)"));
        assertThat(db.doctor().findings())
                .filteredOn(finding -> finding.code().equals("audit-trigger-missing"))
                .singleElement()
                .satisfies(finding -> assertThat(finding.ids()).containsExactly("Notes"));
        db.audit().enable();
        assertThat(codes()).isEmpty();
        write("ALTER TABLE \"Notes\" ADD COLUMN more text");
        assertThat(codes()).containsExactly("audit-trigger-missing");
        assertThat(db.audit().enable()).isTrue();
        write("INSERT INTO \"Notes\" VALUES (1, 'x')");
        assertThat(told()).last().isEqualTo("null insert Notes 1");
    }

    /** Each was a way to write without an entry that nobody was told of. */
    @ParameterizedTest
    @ValueSource(strings = {"disabled", "replica", "condition", "columns", "body", "settings", "invoker"})
    void aTriggerThatDoesNotFireAsItWasMadeIsFound(String how) {
        fill();
        if (isSqlite()) {
            weakenOnSqlite(how);
        } else {
            weakenOnPostgres(how);
        }
        assertThat(db.audit().findings())
                .singleElement()
                .satisfies(finding -> assertThat(finding.code()).isEqualTo("audit-trigger-missing"))
                .satisfies(finding -> assertThat(finding.ids()).containsExactly("agents"));
        assertThat(codes()).containsExactly("audit-trigger-missing");
        assertThat(db.audit().enable()).isTrue();
        assertThat(codes()).isEmpty();
    }

    private void weakenOnSqlite(String how) {
        String name = "modelscan_audit_insert_agents";
        String made = db.dsl()
                .fetch("SELECT sql FROM sqlite_schema WHERE name = '" + name + "'")
                .get(0)
                .get(0, String.class);
        String weak =
                switch (how) {
                    case "condition" -> made.replace("\nBEGIN", " WHEN 0\nBEGIN");
                    case "replica", "columns" -> made.replace("AFTER INSERT", "AFTER DELETE");
                    case "body" -> "CREATE TRIGGER " + name + " AFTER INSERT ON agents BEGIN SELECT 1; END";
                    case "settings" -> made.replace("NEW.\"name\"", "'x'");
                    default -> "";
                };
        write("DROP TRIGGER " + name);
        if (!weak.isEmpty()) {
            assertThat(weak).isNotEqualTo(made);
            write(weak);
        }
    }

    private void weakenOnPostgres(String how) {
        String schema = '"' + db.workspace() + "\".";
        String trigger = "CREATE OR REPLACE TRIGGER modelscan_audit AFTER DELETE OR UPDATE";
        String end = " ON " + schema + "agents FOR EACH ROW %s EXECUTE FUNCTION " + schema + "modelscan_audit_agents()";
        write(
                switch (how) {
                    case "disabled" -> "ALTER TABLE " + schema + "agents DISABLE TRIGGER modelscan_audit_insert";
                    case "replica" -> "ALTER TABLE " + schema + "agents ENABLE REPLICA TRIGGER modelscan_audit";
                    case "condition" -> trigger + end.formatted("WHEN (false)");
                    case "columns" -> trigger + " OF name" + end.formatted("");
                    case "body" ->
                        "CREATE OR REPLACE FUNCTION " + schema + "modelscan_audit_agents() RETURNS trigger LANGUAGE"
                                + " plpgsql SECURITY DEFINER SET search_path TO pg_catalog, pg_temp AS 'BEGIN RETURN"
                                + " NULL; END'";
                    case "settings" ->
                        "ALTER FUNCTION " + schema + "modelscan_audit_agents() SET search_path TO pg_temp, pg_catalog";
                    default -> "ALTER FUNCTION " + schema + "modelscan_audit_agents() SECURITY INVOKER";
                });
    }

    @Test
    void aScheduleTellsAHeadAgainIfItsListenerFails() throws InterruptedException {
        db.audit().enable();
        List<AuditHead> heads = new CopyOnWriteArrayList<>();
        List<StorageException> failures = new CopyOnWriteArrayList<>();
        CountDownLatch twice = new CountDownLatch(2);
        AuditSchedule schedule = AuditSchedule.start(
                db,
                Duration.ofMillis(20),
                head -> {
                    heads.add(head);
                    twice.countDown();
                    if (heads.size() == 1) {
                        throw new IllegalStateException("the disk is full");
                    }
                },
                failures::add);
        try (schedule) {
            assertThat(twice.await(20, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(heads).hasSize(2);
        assertThat(heads.get(1)).isEqualTo(heads.get(0));
        assertThat(failures).singleElement().satisfies(failure -> assertThat(failure)
                .isInstanceOf(UnavailableException.class)
                .hasMessageContaining("the listener of heads failed")
                .hasRootCauseMessage("the disk is full"));
    }

    @Test
    void settingsThatWereRemovedOrChangedAreFound() {
        db.audit().enable(List.of("agents.mode"));
        write("UPDATE audit_settings SET redacted = '[]'");
        assertThat(codes()).contains("audit-settings-changed", "audit-trigger-missing");
        write("DELETE FROM audit_settings");
        assertThat(db.audit().isEnabled()).isFalse();
        assertThat(db.audit().findings())
                .singleElement()
                .satisfies(finding -> assertThat(finding.code()).isEqualTo("audit-settings-changed"))
                .satisfies(finding ->
                        assertThat(finding.ids()).containsExactly("entry 1: {\"redacted\":[\"agents.mode\"]}"));
        db.audit().enable(List.of("agents.mode"));
        assertThat(codes()).isEmpty();
        db.audit().disable();
        assertThat(codes()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"[x", "[\"foo\"]", "[\"a.b.c.d\"]"})
    void damagedSettingsAreFound(String redacted) {
        db.audit().enable(List.of("agents.mode"));
        write("UPDATE audit_settings SET redacted = '" + redacted + "'");
        assertThat(db.audit().findings())
                .singleElement()
                .satisfies(finding -> assertThat(finding.code()).isEqualTo("audit-settings-changed"))
                .satisfies(finding ->
                        assertThat(finding.ids()).containsExactly("entry 1: {\"redacted\":[\"agents.mode\"]}"));
        assertThat(codes()).containsExactly("audit-settings-changed");
        db.audit().enable(List.of("agents.mode"));
        assertThat(codes()).isEmpty();
    }

    @Test
    void aDamagedEntryOfTheSwitchBreaksTheChainAndNotTheDoctor() {
        db.audit().enable(List.of("agents.mode"));
        write("UPDATE audit_entries SET changes = '{broken' WHERE action = 'enable'");
        assertThat(db.audit().findings()).isEmpty();
        assertThat(codes()).containsExactly("audit-broken");
    }

    @Test
    void somethingElseOnTheTablesOfTheLogIsFound() {
        fill();
        if (isSqlite()) {
            write("CREATE TRIGGER drops BEFORE INSERT ON audit_pending BEGIN SELECT RAISE(IGNORE); END");
        } else {
            write("CREATE RULE drops AS ON INSERT TO \"" + db.workspace() + "\".audit_pending DO INSTEAD NOTHING");
        }
        assertThat(codes()).containsExactly("audit-trigger-foreign");
        write(isSqlite() ? "DROP TRIGGER drops" : "DROP RULE drops ON \"" + db.workspace() + "\".audit_pending");
        assertThat(codes()).isEmpty();
    }

    @Test
    void columnsToRedactThatNoTableHasAreTold() {
        write("CREATE TABLE \"Notes\" (id integer PRIMARY KEY, hush text)");
        db.audit().enable(List.of("Notes.hush", "agents.mode"));
        assertThat(codes()).isEmpty();
        db.audit().disable();
        write("DROP TABLE \"Notes\"");
        write(
                "INSERT INTO audit_settings (id, redacted, enabled_at) VALUES (1, '[\"Notes.hush\",\"agents.mode\"]', '2026-01-01T00:00:00.000000Z')");
        assertThat(db.audit().enable()).isTrue();
        assertThat(db.audit().findings())
                .singleElement()
                .satisfies(finding -> assertThat(finding.code()).isEqualTo("audit-redaction-idle"))
                .satisfies(finding -> assertThat(finding.ids()).containsExactly("Notes.hush"));
        createAgent("a");
        assertThat(told()).last().asString().contains("insert agents");
    }

    /** Texts of numbers, times and bytes depend on settings of the session. */
    @Test
    void theSameRowGivesTheSameEntryWhateverTheSessionSays() {
        if (isSqlite()) {
            return;
        }
        write(
                "CREATE TABLE \"Notes\" (id integer PRIMARY KEY, size double precision, day date, span interval, at timestamp,"
                        + " zone timetz, cost money, raw bytea[], period tstzrange)");
        db.audit().enable();
        String row =
                ", 0.1::double precision + 0.2, '2026-02-01', '1 day 2 hours', '2026-02-01 03:04:05', '03:04+02', 12.5,"
                        + " ARRAY['\\xff00'::bytea], '[2026-02-01 00:00Z,2026-02-02 00:00Z)')";
        write("INSERT INTO \"Notes\" VALUES (1" + row);
        // The driver takes no other DateStyle, and sees it only if it stays until the end of the statement.
        write(
                "DO $$ BEGIN PERFORM set_config('extra_float_digits', '-5', true), set_config('DateStyle', 'German, DMY', true),"
                        + " set_config('IntervalStyle', 'sql_standard', true), set_config('TimeZone', 'Asia/Kathmandu', true),"
                        + " set_config('bytea_output', 'escape', true); INSERT INTO \"" + db.workspace()
                        + "\".\"Notes\" VALUES (2"
                        + row
                        + "; PERFORM set_config('DateStyle', 'ISO, MDY', true), set_config('TimeZone', 'UTC', true); END $$");
        List<AuditEntry> entries = entries();
        String first = entries.get(1).changes().toString();
        assertThat(first).contains("0.30000000000000004", "2026-02-01", "P1DT2H");
        assertThat(entries.get(2).changes().toString())
                .isEqualTo(first.replace("\"id\": 1", "\"id\": 2").replace("\"id\":1", "\"id\":2"));
    }

    /** The whole chain takes too long; what is left out is told. */
    @Test
    void aDoctorComparesTheNewestEntries() {
        fill();
        write(
                "INSERT INTO audit_entries (position, occurred_at, table_name, action, changes, payload_hash, hash) SELECT"
                        + " 200000, occurred_at, table_name, action, changes, payload_hash, payload_hash FROM audit_entries"
                        + " WHERE position = 2");
        createAgent("later");
        db.audit().seal();
        assertThat(db.audit().verify().fault().orElseThrow().position()).isEqualTo(7);
        assertThat(db.doctor().findings())
                .filteredOn(finding -> finding.code().startsWith("audit"))
                .singleElement()
                .satisfies(finding -> assertThat(finding.cause())
                        .isEqualTo("verified: the newest 1 entry of the audit log, not the 200000 before"));
        write("UPDATE audit_entries SET actor = 'x' WHERE position > 200000");
        assertThat(codes()).containsExactly("audit-broken", "audit-part-verified");
    }

    /** A trigger of a partitioned table fires by copies of it on the partitions. */
    @Test
    void aTriggerThatIsDisabledOnAPartitionIsFound() {
        if (isSqlite()) {
            return;
        }
        write("CREATE TABLE \"Notes\" (id integer PRIMARY KEY) PARTITION BY RANGE (id)");
        write("CREATE TABLE first_notes PARTITION OF \"Notes\" FOR VALUES FROM (0) TO (10)");
        db.audit().enable();
        assertThat(codes()).isEmpty();
        write("INSERT INTO first_notes VALUES (1)");
        assertThat(told()).last().isEqualTo("null insert Notes 1");
        write("CREATE OR REPLACE TRIGGER modelscan_audit_insert AFTER INSERT ON \"Notes\" FOR EACH STATEMENT"
                + " EXECUTE FUNCTION \"modelscan_audit_Notes\"()");
        assertThat(codes()).containsExactly("audit-trigger-missing");
        db.audit().enable();
        assertThat(codes()).isEmpty();
        write("ALTER TABLE first_notes DISABLE TRIGGER modelscan_audit");
        assertThat(db.audit().findings()).singleElement().satisfies(finding -> assertThat(finding.ids())
                .containsExactly("Notes"));
    }
}
