package dev.modelscan.storage.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.modelscan.storage.Page;
import dev.modelscan.storage.PageRequest;
import dev.modelscan.storage.Repositories;
import dev.modelscan.storage.Repository;
import dev.modelscan.storage.agents.Agent;
import dev.modelscan.storage.agents.AgentId;
import dev.modelscan.storage.conversations.Message;
import dev.modelscan.storage.conversations.MessageId;
import dev.modelscan.storage.errors.ConflictException;
import dev.modelscan.storage.errors.InvalidDataException;
import dev.modelscan.storage.models.ModelCall;
import dev.modelscan.storage.models.ModelCallId;
import dev.modelscan.storage.tasks.Task;
import dev.modelscan.storage.tasks.TaskId;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the repository of model calls does. */
abstract class ModelCallRepositoryContract extends RepositoryContract<ModelCallId, ModelCall> {

    private Agent agent;
    private Task task;
    private Message message;

    @Override
    void prepare() {
        agent = createAgent("researcher");
        task = db.tasks().create(task().build());
        message = db.messages().create(message(agent).build());
    }

    @Override
    String entity() {
        return "model call";
    }

    @Override
    Repository<ModelCallId, ModelCall> repository(Repositories repositories) {
        return repositories.modelCalls();
    }

    @Override
    ModelCallId newId() {
        return ModelCallId.next();
    }

    @Override
    ModelCall newRecord(int number, ModelCallId id, Instant createdAt) {
        return modelCall()
                .id(id)
                .taskId(task.id())
                .messageId(message.id())
                .agentId(agent.id())
                .provider("acme")
                .inputTokens(1_000L + number)
                .outputTokens(100L + number)
                .cacheReadTokens(900L)
                .cacheWriteTokens(10L)
                .reasoningTokens(50L)
                .cost(new BigDecimal("0.000000001").multiply(BigDecimal.valueOf(number)))
                .currency("USD")
                .finishReason("stop")
                .startedAt(createdAt)
                .completedAt(createdAt.plusSeconds(2))
                .sourceFormat("claude-code")
                .externalId("call " + id)
                .metadata(Map.of("number", number))
                .createdAt(createdAt)
                .build();
    }

    @Override
    ModelCall changed(ModelCall record) {
        return record.toBuilder()
                .taskId(null)
                .messageId(null)
                .agentId(null)
                .model(null)
                .provider(null)
                .inputTokens(null)
                .outputTokens(null)
                .cacheReadTokens(null)
                .cacheWriteTokens(null)
                .reasoningTokens(null)
                .cost(null)
                .currency(null)
                .finishReason(null)
                .startedAt(null)
                .completedAt(null)
                .sourceFormat(null)
                .externalId(null)
                .metadata(Map.of("changed", true))
                .build();
    }

    @Override
    ModelCall withId(ModelCall record, ModelCallId id) {
        return record.toBuilder().id(id).build();
    }

    @Override
    ModelCallId id(ModelCall record) {
        return record.id();
    }

    @Override
    long version(ModelCall record) {
        return record.version();
    }

    @Override
    Instant createdAt(ModelCall record) {
        return record.createdAt();
    }

    @Override
    Instant updatedAt(ModelCall record) {
        return record.updatedAt();
    }

    @Override
    Comparator<ModelCall> order() {
        return Comparator.comparing(ModelCall::createdAt)
                .thenComparing(record -> record.id().value());
    }

    @Override
    Map<String, ModelCall> withMissingReference(ModelCall record) {
        return Map.of(
                "taskId", record.toBuilder().taskId(new TaskId("missing")).build(),
                "messageId",
                        record.toBuilder().messageId(new MessageId("missing")).build(),
                "agentId", record.toBuilder().agentId(new AgentId("missing")).build());
    }

    @Override
    Map<String, ModelCall> withFixedFieldChanged(ModelCall record) {
        Instant other = record.createdAt().plusSeconds(1);
        return Map.of("createdAt", record.toBuilder().createdAt(other).build());
    }

    @Override
    Page<ModelCall> otherList(ModelCall record, PageRequest request) {
        return db.modelCalls().listByTask(task.id(), request);
    }

    @ParameterizedTest
    @CsvSource({
        "0.0034215000000000003, 0.0034215",
        "0.0000000005, 0.000000001",
        "1E+3, 1000",
        "12.50, 12.5",
        "0.000, 0",
        "9223372036, 9223372036"
    })
    void aCostIsKeptToTheBillionthInItsShortestForm(BigDecimal given, String stored) {
        ModelCall call =
                db.modelCalls().create(modelCall().cost(given).currency("EUR").build());

        assertThat(db.modelCalls().get(call.id())).isEqualTo(call);
        assertThat(call.cost()).isEqualTo(new BigDecimal(stored));
    }

    @ParameterizedTest
    @CsvSource({
        "-0.1, USD, cost",
        "9223372037, USD, cost",
        "1E+999999, USD, cost",
        "1, , currency",
        ", USD, currency",
        "1, usd, currency"
    })
    void aCostThatCannotBeStoredIsRefused(BigDecimal cost, String currency, String field) {
        InvalidDataException refusal = catchThrowableOfType(
                InvalidDataException.class,
                () -> modelCall().cost(cost).currency(currency).build());

        assertThat(refusal.field()).isEqualTo(field);
    }

    @Test
    void aCallIsFoundByItsNameInSourcesOfItsForm() {
        List<ModelCall> stored = db.modelCalls().createAll(newRecords(3));
        String name = stored.get(1).externalId();

        assertThat(db.modelCalls().findByExternalId("claude-code", name)).contains(stored.get(1));
        assertThat(db.modelCalls().findByExternalId("atif", name)).isEmpty();
        assertThat(db.modelCalls().findByExternalId("claude-code", "a\0")).isEmpty();
    }

    @Test
    void aSecondImportCountsNothingTwice() {
        List<ModelCall> first = db.modelCalls().createAll(newRecords(3));
        List<ModelCall> second = new ArrayList<>();
        for (ModelCall call : first) {
            second.add(call.toBuilder().id(newId()).inputTokens(7L).build());
        }
        ModelCall added = newRecord(4);
        second.add(added);

        db.modelCalls().createMissing(second);
        db.modelCalls().createMissing(second);

        List<ModelCall> expected = new ArrayList<>(first);
        expected.add(added);
        assertThat(all()).containsExactlyInAnyOrderElementsOf(expected);
    }

    @Test
    void aNameIsTakenOnceAndNoNameIsNever() {
        ModelCall stored = create(1);
        ModelCall other = stored.toBuilder().id(newId()).build();

        ConflictException refusal = catchThrowableOfType(
                ConflictException.class, () -> db.modelCalls().create(other));

        assertThat(refusal).hasMessageContaining("externalId").hasMessageContaining("taken");
        db.modelCalls().createAll(List.of(modelCall().build(), modelCall().build()));
        assertThat(all()).hasSize(3);
    }

    @Test
    void callsAreListedByWhatTheyBelongTo() {
        List<ModelCall> stored = createShuffled(10);
        db.modelCalls().create(modelCall().build());

        assertThat(walk(3, request -> db.modelCalls().listByTask(task.id(), request)))
                .isEqualTo(stored);
        assertThat(walk(3, request -> db.modelCalls().listByAgent(agent.id(), request)))
                .isEqualTo(stored);
        assertThat(walk(3, request -> db.modelCalls().listByMessage(message.id(), request)))
                .isEqualTo(stored);
    }
}
