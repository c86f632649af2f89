package dev.modelscan.storage.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.modelscan.storage.Backups;
import dev.modelscan.storage.Database;
import dev.modelscan.storage.Json;
import dev.modelscan.storage.agents.Agent;
import dev.modelscan.storage.backups.Backup;
import dev.modelscan.storage.backups.Keep;
import dev.modelscan.storage.conversations.Conversation;
import dev.modelscan.storage.conversations.ConversationId;
import dev.modelscan.storage.conversations.Message;
import dev.modelscan.storage.erasure.ErasureReceipt;
import dev.modelscan.storage.erasure.ErasureRequest;
import dev.modelscan.storage.erasure.HoldingBackup;
import dev.modelscan.storage.sources.Origin;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Erasure on the command line. */
class EraseCommandTest {

    @TempDir
    private Path directory;

    private Path file;
    private Agent ann;
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeEach
    void write() {
        file = directory.resolve("people.db");
        try (Database db = Database.open(file)) {
            db.audit().enable();
            ann = db.agents().create(Agent.builder().name("ann").mode("human").build());
            db.conversations()
                    .create(Conversation.builder()
                            .id(new ConversationId("c1"))
                            .origin(Origin.of("chatgpt", "abc"))
                            .build());
            db.messages()
                    .create(Message.builder()
                            .conversationId(new ConversationId("c1"))
                            .senderId(ann.id())
                            .content("hello")
                            .build());
        }
    }

    private int run(String... arguments) {
        List<String> all = new ArrayList<>(List.of("erase"));
        all.addAll(List.of(arguments));
        all.addAll(List.of("--db", file.toString()));
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        return Main.run(all.toArray(String[]::new), new PrintWriter(out), new PrintWriter(err));
    }

    private long entries() {
        try (Database db = Database.open(file)) {
            return db.audit().head().position();
        }
    }

    private JsonNode json() {
        return Json.parse(out.toString().strip()).toNode();
    }

    @Test
    void countsFirstAndThenErases() {
        assertThat(run("agent", ann.id().value(), "--dry-run")).isZero();
        assertThat(out.toString())
                .contains(
                        "would be removed",
                        "messages",
                        "would be erased: 4, without those that the erasure itself makes");
        assertThat(run("agent", ann.id().value(), "--dry-run", "--json")).isZero();
        assertThat(json().at("/removed/messages").asInt()).isEqualTo(1);
        assertThat(json().path("dryRun").asBoolean()).isTrue();

        long before = entries();
        assertThat(run("agent", ann.id().value(), "--actor", " ")).isEqualTo(2);
        assertThat(run("agent", ann.id().value(), "--actor", "officer")).isZero();
        // The last one is the receipt.
        long made = entries() - before - 1;
        assertThat(made).isPositive();
        assertThat(out.toString())
                .contains("entries of the audit log erased: " + (4 + made))
                .contains("receipt ", "of the audit log", "were removed")
                .doesNotContain(ann.id().value());
        assertThat(run("agent", ann.id().value())).isEqualTo(3);
        assertThat(out.toString()).contains("nothing was found to erase");
        assertThat(run("agent", ann.id().value(), "--json")).isEqualTo(3);
        assertThat(json().path("found").asBoolean()).isFalse();
        assertThat(json().path("scrubbed").asBoolean()).isTrue();
    }

    @Test
    void pseudonymisesOrLeavesTheStorageForLater() {
        assertThat(run("agent", ann.id().value(), "--pseudonymise", "--no-scrub"))
                .isZero();
        assertThat(out.toString()).contains("records stay under agent ", "run erase scrub");
        assertThat(run("scrub")).isZero();
        assertThat(out.toString().strip()).isEqualTo("scrubbed");
    }

    /** Rows are gone then, so the receipt must not be lost. */
    @Test
    void printsTheReceiptIfAReaderKeepsTheScrubFromItsEnd() throws SQLException {
        try (Connection reader = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement statement = reader.createStatement()) {
            statement.execute("BEGIN");
            statement.executeQuery("SELECT count(*) FROM messages").close();
            assertThat(run("conversation", "c1")).isEqualTo(1);
            assertThat(out.toString()).contains("receipt ", "run erase scrub").doesNotContain("were removed");
            assertThat(err.toString()).contains("error: the rows are erased", "run erase scrub to finish it");
            assertThat(run("agent", ann.id().value(), "--json")).isEqualTo(1);
            assertThat(json().path("scrubbed").asBoolean(true)).isFalse();
            assertThat(json().path("scrubError").asText()).contains("somebody reads");
            assertThat(json().path("receipt").asText()).isNotEmpty();
            statement.execute("COMMIT");
        }
        assertThat(run("scrub")).isZero();
        assertThat(run("conversation", "c1")).isEqualTo(3);
    }

    /** One that ended while the erasure waited, or went on, has the rows. */
    @Test
    void aBackupThatIsMadeMeanwhileIsNamed() {
        Path copies = directory.resolve("copies");
        List<Path> made = new ArrayList<>();
        try (Database db = Database.open(file)) {
            ErasureRequest request =
                    ErasureRequest.agent(ann.id()).backups(copies, null).withoutScrub();
            ErasureReceipt receipt = db.erasure().erase(request, progress -> {
                if (made.isEmpty()) {
                    made.add(Backups.add(file, copies, new Keep(24, 0, 0))
                            .backup()
                            .file());
                }
            });
            assertThat(receipt.backups()).extracting(HoldingBackup::file).containsExactlyElementsOf(made);
        }
    }

    /** The clock ran ahead when it was made. What is there before the erasure has the rows, whatever time it says. */
    @Test
    void aBackupOfALaterTimeIsNamed() throws IOException {
        Path copies = directory.resolve("copies");
        Backup backup = Backups.add(file, copies, new Keep(24, 0, 0)).backup();
        Instant later = backup.takenAt().plus(Duration.ofDays(1));
        Path manifest = Path.of(backup.file() + ".manifest.json");
        Files.writeString(
                manifest, Files.readString(manifest).replace(backup.takenAt().toString(), later.toString()));
        ErasureRequest request = ErasureRequest.agent(ann.id()).backups(copies, new Keep(24, 0, 0));
        try (Database db = Database.open(file)) {
            for (ErasureReceipt receipt :
                    List.of(db.erasure().preview(request), db.erasure().erase(request))) {
                HoldingBackup named = receipt.backups().get(0);
                assertThat(named.file()).isEqualTo(backup.file());
                assertThat(named.takenAt()).isEqualTo(later);
                assertThat(named.expiresAt()).isAfter(later);
            }
        }
    }

    @Test
    void erasesByExternalIdOrConversation() {
        assertThat(run("external-id", "codex", "abc")).isEqualTo(3);
        assertThat(run("external-id", "chatgpt", "abc", "--json")).isZero();
        assertThat(json().at("/removed/conversations").asInt()).isEqualTo(1);
        assertThat(run("conversation", "c1")).isEqualTo(3);
    }

    @Test
    void namesTheBackupsThatMayStillHoldIt() {
        Path copies = directory.resolve("copies");
        Backups.add(file, copies, new Keep(24, 0, 0));
        assertThat(run("conversation", "c1", "--dry-run", "--backups", copies.toString()))
                .isZero();
        assertThat(out.toString()).contains("may still hold it", "by nobody");
        assertThat(run("conversation", "c1", "--backups", copies.toString(), "--keep", "24h", "--json"))
                .isZero();
        Instant expires = Instant.parse(json().at("/backups/0/expiresAt").asText());
        assertThat(expires)
                .isBetween(Instant.now().plusSeconds(23 * 3_600), Instant.now().plusSeconds(26 * 3_600));
        try (Database db = Database.builder().path(file).readOnly().open()) {
            assertThat(db.audit().verify().fault()).isEmpty();
        }
    }

    @Test
    void wrongArgumentsAreToldInOneLine() {
        assertThat(run("agent")).isEqualTo(2);
        assertThat(run("agent", "x", "--keep", "24h")).isEqualTo(2);
        assertThat(err.toString()).contains("--keep needs --backups");
        assertThat(run("agent", "x", "--backups", directory.resolve("none").toString()))
                .isEqualTo(2);
        assertThat(err.toString()).contains("--backups " + directory.resolve("none") + " is not a directory");
        assertThat(run("agent", "x", "--backups", "y", "--keep", "1x")).isEqualTo(2);
        assertThat(run()).isEqualTo(2);
    }

    @Test
    void aNameIsNotTakenForAnAgentThatIsGone() {
        assertThat(run("agent", "ann", "--dry-run")).isEqualTo(2);
        assertThat(err.toString()).contains("ann is the name of the agent " + ann.id() + "; give its id");
    }
}
