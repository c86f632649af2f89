package dev.modelscan.storage.contract;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.modelscan.storage.PageRequest;
import dev.modelscan.storage.agents.Agent;
import dev.modelscan.storage.blobs.Blob;
import dev.modelscan.storage.blobs.BlobId;
import dev.modelscan.storage.conversations.ConversationId;
import dev.modelscan.storage.conversations.Message;
import dev.modelscan.storage.conversations.MessagePart;
import dev.modelscan.storage.errors.CorruptDatabaseException;
import dev.modelscan.storage.errors.InvalidDataException;
import dev.modelscan.storage.errors.NotFoundException;
import dev.modelscan.storage.schema.Tables;
import dev.modelscan.storage.testkit.StatementLog;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.jooq.impl.DSL;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the repository of blobs does. */
abstract class BlobRepositoryContract extends Contract {

    private static final int CHUNK = 256 * 1_024;

    private Agent sender;

    @BeforeEach
    void prepare() {
        sender = createAgent("artist");
    }

    private static byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private Message withImage(Blob blob) {
        return message(sender).parts(MessagePart.image("image/png", blob.id())).build();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 255, CHUNK - 1, CHUNK, CHUNK + 1, 4 * CHUNK, 4 * CHUNK + 1, 17 * CHUNK + 5})
    void bytesComeBackAsTheyWere(int length) throws IOException {
        byte[] bytes = bytes(length);

        Blob blob = db.blobs().write(new ByteArrayInputStream(bytes));

        assertThat(blob.size()).isEqualTo(length);
        assertThat(blob.id().value()).isEqualTo(sha256(bytes));
        assertThat(blob.createdAt()).isEqualTo(TestClock.START);
        assertThat(db.blobs().get(blob.id())).isEqualTo(blob);
        assertThat(db.blobs().find(blob.id())).contains(blob);
        assertThat(db.blobs().read(blob.id())).isEqualTo(bytes);
        ByteArrayOutputStream copy = new ByteArrayOutputStream();
        assertThat(db.blobs().copy(blob.id(), copy)).isEqualTo(length);
        assertThat(copy.toByteArray()).isEqualTo(bytes);
        try (InputStream from = db.blobs().open(blob.id())) {
            int first = from.read();
            assertThat(first).isEqualTo(length == 0 ? -1 : bytes[0] & 0xff);
            assertThat(from.readAllBytes()).isEqualTo(length == 0 ? bytes : Arrays.copyOfRange(bytes, 1, length));
            assertThat(from.read()).isEqualTo(-1);
        }
    }

    @Test
    void equalBytesAreStoredOnce() throws IOException {
        byte[] bytes = bytes(CHUNK + 1);
        Blob first = db.blobs().write(bytes);
        clock.advance();

        Blob second = db.blobs().write(new ByteArrayInputStream(bytes));

        assertThat(second).isEqualTo(first);
        assertThat(rows("blobs")).isEqualTo(1);
        assertThat(rows("blob_chunks")).isEqualTo(2);
    }

    @Test
    void aBlobIsSharedAndGoesWithItsLastReference() {
        Blob blob = db.blobs().write(bytes(10));
        Message first = db.messages().create(withImage(blob));
        Message second = db.messages().create(withImage(blob));

        db.messages().delete(first.id());
        assertThat(db.blobs().read(blob.id())).isEqualTo(bytes(10));

        db.messages().delete(second.id());
        assertThat(db.blobs().find(blob.id())).isEmpty();
        assertThat(rows("blob_chunks")).isZero();
    }

    @Test
    void aDeleteThatIsRolledBackKeepsTheBlob() {
        Blob blob = db.blobs().write(bytes(10));
        Message message = db.messages().create(withImage(blob));

        assertThatThrownBy(() -> db.useTx(tx -> {
                    tx.messages().delete(message.id());
                    assertThat(tx.blobs().find(blob.id())).isEmpty();
                    throw new IllegalStateException("changed my mind");
                }))
                .hasMessage("changed my mind");

        assertThat(db.blobs().read(blob.id())).isEqualTo(bytes(10));
    }

    @Test
    void sqlThatDeletesOrChangesReferencesReleasesTheBlobs() {
        Blob first = db.blobs().write(bytes(10));
        Blob second = db.blobs().write(bytes(11));
        db.messages().create(withImage(first));
        db.messages().create(withImage(second));

        db.useTx(tx -> tx.dsl()
                .update(Tables.MESSAGE_PARTS)
                .set(Tables.MESSAGE_PARTS.BLOB_ID, second.id())
                .execute());
        assertThat(db.blobs().find(first.id())).isEmpty();
        assertThat(db.blobs().find(second.id())).isPresent();

        db.useTx(tx -> tx.dsl().deleteFrom(Tables.CONVERSATIONS).execute());
        assertThat(rows("blobs") + rows("blob_chunks") + rows("message_parts")).isZero();
    }

    @Test
    void whatNothingRefersToIsDeletedOnRequest() {
        Blob used = db.blobs().write(bytes(1));
        Blob unused = db.blobs().write(bytes(2));
        db.messages().create(withImage(used));
        clock.set(TestClock.START.plusSeconds(60));
        Blob fresh = db.blobs().write(bytes(3));

        assertThat(db.blobs().deleteUnused(TestClock.START)).isZero();
        assertThat(db.blobs().deleteUnused(TestClock.START.plusSeconds(1))).isEqualTo(1);

        assertThat(db.blobs().find(unused.id())).isEmpty();
        assertThat(db.blobs().list(PageRequest.first(10)).items()).containsExactly(used, fresh);
        assertThat(db.blobs().deleteUnused(Instant.MIN)).isZero();
        assertThat(db.blobs().deleteUnused(Instant.MAX)).isEqualTo(1);
    }

    @Test
    void aListGoesByTimeThenId() {
        for (int i = 0; i < 7; i++) {
            db.blobs().write(bytes(i));
            clock.set(TestClock.START.plusSeconds(i / 2));
        }
        List<Blob> all = walk(2, db.blobs()::list);

        assertThat(all)
                .hasSize(7)
                .isSortedAccordingTo(Comparator.comparing(Blob::createdAt)
                        .thenComparing(blob -> blob.id().value()));
    }

    @Test
    void aBlobIsWrittenAndReadInATransaction() {
        byte[] bytes = bytes(3 * CHUNK);
        Blob blob = db.withTx(tx -> {
            Blob made = tx.blobs().write(bytes);
            assertThat(tx.blobs().read(made.id())).isEqualTo(bytes);
            tx.messages().create(withImage(made));
            return made;
        });
        assertThat(db.blobs().read(blob.id())).isEqualTo(bytes);
    }

    @Test
    void aBlobThatDoesNotExist() {
        BlobId missing = new BlobId(sha256(bytes(99)));

        NotFoundException refusal =
                catchThrowableOfType(NotFoundException.class, () -> db.blobs().get(missing));
        RepositoryContract.assertNames(refusal, "blob", missing);
        assertThatThrownBy(() -> db.blobs().open(missing)).isInstanceOf(NotFoundException.class);
        assertThat(db.blobs().find(missing)).isEmpty();
        assertThatThrownBy(() -> new BlobId("ABC")).isInstanceOf(InvalidDataException.class);
    }

    /** More than one transaction takes, with some in use between them, and all of one time. */
    @Test
    void unusedBlobsGoInSeveralTransactions() {
        List<Blob> used = List.of(db.blobs().write(bytes(1)), db.blobs().write(bytes(2)));
        db.messages()
                .createAll(used.stream()
                        .map(blob -> message(sender)
                                .parts(MessagePart.image("image/png", blob.id()))
                                .build())
                        .toList());
        Instant time = used.get(0).createdAt();
        db.useTx(tx -> {
            for (int from = 0; from < 20_001; from += 1_000) {
                tx.dsl()
                        .insertInto(Tables.BLOBS, Tables.BLOBS.ID, Tables.BLOBS.SIZE, Tables.BLOBS.CREATED_AT)
                        .valuesOfRows(IntStream.range(from, Math.min(from + 1_000, 20_001))
                                .mapToObj(i -> DSL.row(new BlobId(sha256(("" + i).getBytes(UTF_8))), 0L, time))
                                .toList())
                        .execute();
            }
        });

        assertThat(db.blobs().deleteUnused(time)).isZero();
        try (StatementLog log = new StatementLog()) {
            assertThat(db.blobs().deleteUnused(time.plusSeconds(1))).isEqualTo(20_001);
            assertThat(log.statements())
                    .filteredOn(sql -> sql.contains("delete from"))
                    .hasSize(3);
        }
        assertThat(db.blobs().list(PageRequest.first(10)).items()).containsExactlyInAnyOrderElementsOf(used);
    }

    @Test
    void damagedBytesAreNotHandedOutAsWhole() {
        Blob blob = db.blobs().write(bytes(CHUNK + 10));
        db.useTx(tx -> tx.dsl()
                .update(Tables.BLOB_CHUNKS)
                .set(Tables.BLOB_CHUNKS.BYTES, bytes(10))
                .where(Tables.BLOB_CHUNKS.POSITION.eq(1))
                .execute());
        assertThat(db.blobs().find(blob.id())).isPresent();
        db.useTx(tx -> tx.dsl()
                .update(Tables.BLOB_CHUNKS)
                .set(Tables.BLOB_CHUNKS.BYTES, new byte[10])
                .where(Tables.BLOB_CHUNKS.POSITION.eq(1))
                .execute());
        assertThatThrownBy(() -> db.blobs().read(blob.id()))
                .isInstanceOf(CorruptDatabaseException.class)
                .hasMessageContaining(blob.id().value());
        db.useTx(tx -> tx.dsl()
                .deleteFrom(Tables.BLOB_CHUNKS)
                .where(Tables.BLOB_CHUNKS.POSITION.eq(1))
                .execute());
        assertThatThrownBy(() -> db.blobs().copy(blob.id(), new ByteArrayOutputStream()))
                .isInstanceOf(CorruptDatabaseException.class)
                .hasMessageContaining("lacks its piece 1");
    }

    @Test
    void aStreamThatFailsStoresNothing() {
        InputStream failing = new InputStream() {
            private int read;

            @Override
            public int read() throws IOException {
                if (read++ >= 2_000_000) {
                    throw new IOException("the network is gone");
                }
                return 7;
            }
        };
        assertThatThrownBy(() -> db.blobs().write(failing))
                .isInstanceOf(IOException.class)
                .hasMessage("the network is gone");
        assertThat(rows("blobs")).isZero();
    }

    /** Whoever writes the blob again and refers to it in one transaction finds it there at the commit. */
    @Test
    void deletesAndNewReferencesAtOnceLoseNoBlob() throws Exception {
        byte[] bytes = bytes(1_000);
        int rounds = 10;
        int threads = 4;
        AtomicInteger kept = new AtomicInteger();
        CountDownLatch start = new CountDownLatch(1);
        List<Thread> workers = new ArrayList<>();
        List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
        for (int t = 0; t < threads; t++) {
            ConversationId talk = new ConversationId("talk " + t);
            workers.add(new Thread(() -> {
                try {
                    start.await();
                    for (int i = 0; i < rounds; i++) {
                        Message made = db.withTx(tx -> {
                            Blob blob = tx.blobs().write(bytes);
                            return tx.messages()
                                    .create(message(sender)
                                            .conversationId(talk)
                                            .parts(MessagePart.image("image/png", blob.id()))
                                            .build());
                        });
                        assertThat(db.blobs().read(new BlobId(sha256(bytes)))).isEqualTo(bytes);
                        db.messages().delete(made.id());
                        kept.incrementAndGet();
                    }
                } catch (Throwable e) {
                    failures.add(e);
                }
            }));
        }
        workers.forEach(Thread::start);
        start.countDown();
        for (Thread worker : workers) {
            worker.join(TimeUnit.SECONDS.toMillis(60));
        }
        assertThat(failures).isEmpty();
        assertThat(kept).hasValue(rounds * threads);
        assertThat(rows("blobs") + rows("blob_chunks")).isZero();
    }

    private long rows(String table) {
        return db.stats().rows().get(table);
    }
}
