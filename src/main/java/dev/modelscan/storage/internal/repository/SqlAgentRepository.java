package dev.modelscan.storage.internal.repository;

import static dev.modelscan.storage.internal.repository.AgentColumns.CREATED_AT;
import static dev.modelscan.storage.internal.repository.AgentColumns.ID;
import static dev.modelscan.storage.internal.repository.AgentColumns.NAME;
import static dev.modelscan.storage.internal.repository.AgentColumns.STATUS;
import static dev.modelscan.storage.schema.Tables.AGENTS;

import dev.modelscan.storage.Json;
import dev.modelscan.storage.Page;
import dev.modelscan.storage.PageRequest;
import dev.modelscan.storage.agents.Agent;
import dev.modelscan.storage.agents.AgentId;
import dev.modelscan.storage.agents.AgentRepository;
import dev.modelscan.storage.agents.AgentStatus;
import dev.modelscan.storage.errors.NotFoundException;
import dev.modelscan.storage.internal.engine.Sessions;
import dev.modelscan.storage.internal.query.Codec;
import dev.modelscan.storage.internal.query.CompiledQuery;
import dev.modelscan.storage.internal.query.Parameter;
import dev.modelscan.storage.internal.query.Session;
import dev.modelscan.storage.internal.values.Ranges;
import dev.modelscan.storage.internal.values.TextRules;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jooq.Field;
import org.jooq.impl.DSL;

public final class SqlAgentRepository extends SqlRepository<AgentId, Agent> implements AgentRepository {

    public static final Mapping<AgentId, Agent> MAPPING = AgentColumns.mapping()
            .fixed(STATUS, "use updateStatus")
            .unique(NAME)
            .keptBy("messages or tool executions");

    private static final Parameter<String> IDS = Parameter.of("ids", Codec.TEXT, String.class);

    private static final CompiledQuery<Agent> BY_NAME = MAPPING.select("agent.byName", NAME::isParameter);

    private static final PagedQuery<Agent> BY_STATUS = new PagedQuery<>(
            "agent.byStatus",
            MAPPING,
            STATUS::isParameter,
            List.of(PagedQuery.ascending(CREATED_AT), PagedQuery.ascending(ID)));

    private static final CompiledQuery<Agent> BY_IDS =
            CompiledQuery.rows("agent.byIds", MAPPING.mapper, () -> DSL.select(MAPPING.columns.fields())
                    .from(AGENTS)
                    .where(AGENTS.ID.in(IdList.select(IDS.param(), AGENTS.ID)))
                    .orderBy(AGENTS.ID));

    private static final CompiledQuery<Agent> SET_STATUS = MAPPING.updateOf(
            "agent.setStatus", () -> Map.of(AGENTS.STATUS, STATUS.parameter().param()), PagedQuery::noCondition);

    private static final CompiledQuery<Void> ACTIVATE = CompiledQuery.command("agent.activate", () -> DSL.update(AGENTS)
            .set(AGENTS.STATUS, DSL.inline(AgentStatus.ACTIVE, AGENTS.STATUS))
            .set(AGENTS.VERSION, AGENTS.VERSION.plus(DSL.inline(1L)))
            .set(AGENTS.UPDATED_AT, notBeforeCreated())
            .where(AGENTS.ID.in(IdList.select(IDS.param(), AGENTS.ID)))
            .and(AGENTS.STATUS.ne(DSL.inline(AgentStatus.ACTIVE, AGENTS.STATUS))));

    private static final CompiledQuery<Void> DEACTIVATE_OTHERS =
            CompiledQuery.command("agent.deactivateOthers", () -> DSL.update(AGENTS)
                    .set(AGENTS.STATUS, DSL.inline(AgentStatus.INACTIVE, AGENTS.STATUS))
                    .set(AGENTS.VERSION, AGENTS.VERSION.plus(DSL.inline(1L)))
                    .set(AGENTS.UPDATED_AT, notBeforeCreated())
                    .where(AGENTS.ID.notIn(IdList.select(IDS.param(), AGENTS.ID)))
                    .and(AGENTS.STATUS.in(
                            DSL.inline(AgentStatus.IDLE, AGENTS.STATUS),
                            DSL.inline(AgentStatus.ACTIVE, AGENTS.STATUS))));

    private static final CompiledQuery<String> UNKNOWN =
            CompiledQuery.rows("agent.unknown", row -> row.get(Codec.TEXT, 1), () -> DSL.select(IdList.value())
                    .from(IdList.of(IDS.param()))
                    // For NOT IN, PostgreSQL would hash the ids of all agents.
                    .whereNotExists(DSL.selectOne()
                            .from(AGENTS)
                            .where(AGENTS.ID.coerce(String.class).eq(IdList.value())))
                    .limit(DSL.inline(1)));

    private final NaturalKey<AgentId, Agent> names;

    SqlAgentRepository(Sessions sessions) {
        super(sessions, MAPPING);
        this.names = new NaturalKey<>(this, MAPPING);
    }

    private static Field<Instant> notBeforeCreated() {
        return Mapping.notBefore(
                AGENTS.CREATED_AT, AgentColumns.UPDATED_AT.parameter().param());
    }

    @Override
    public Agent findOrCreate(Agent record) {
        return names.findOrCreate(record);
    }

    @Override
    public Agent upsert(Agent record) {
        return names.upsert(record);
    }

    @Override
    public Agent getByName(String name) {
        Objects.requireNonNull(name, "name");
        return findByName(name).orElseThrow(() -> new NotFoundException("agent", name));
    }

    @Override
    public Optional<Agent> findByName(String name) {
        Objects.requireNonNull(name, "name");
        if (!TextRules.isStorable(name)) {
            return Optional.empty();
        }
        return sessions.read(
                "agent",
                name,
                session -> Optional.ofNullable(
                        session.query(BY_NAME).set(NAME.parameter(), name).first()));
    }

    @Override
    public List<Agent> listByIds(Collection<AgentId> ids) {
        Objects.requireNonNull(ids, "ids");
        Ranges.require("ids", ids.size(), 0, PageRequest.MAX_LIMIT);
        return ids.isEmpty()
                ? List.of()
                : sessions.read(
                        "agent",
                        null,
                        session -> List.copyOf(
                                session.query(BY_IDS).set(IDS, IdList.text(ids)).list()));
    }

    @Override
    public Page<Agent> listByStatus(AgentStatus status, PageRequest request) {
        Objects.requireNonNull(status, "status");
        Objects.requireNonNull(request, "request");
        return fetch(BY_STATUS, request, execution -> execution.set(STATUS.parameter(), status));
    }

    @Override
    public Agent updateStatus(AgentId id, AgentStatus status) {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(status, "status");
        return sessions.write(
                "agent",
                id.value(),
                session -> updateOne(session, SET_STATUS, id, execution -> execution.set(STATUS.parameter(), status)));
    }

    @Override
    public void setActive(Collection<AgentId> ids) {
        Objects.requireNonNull(ids, "ids");
        Set<AgentId> wanted = new LinkedHashSet<>(ids);
        String json = Json.of(wanted.stream().map(AgentId::value).toList()).toString();
        sessions.writeMany("agent", null, session -> {
            sessions.takeTurn(session, Maintenance.STATUS_OF_ALL);
            int changed = execute(session, ACTIVATE, json);
            if (changed < wanted.size()) {
                requireAll(session, json);
            }
            return changed + execute(session, DEACTIVATE_OTHERS, json);
        });
    }

    private int execute(Session session, CompiledQuery<Void> query, String ids) throws SQLException {
        return session.query(query)
                .set(IDS, ids)
                .set(AgentColumns.UPDATED_AT.parameter(), sessions.now())
                .update();
    }

    /**
     * Throws if one of the agents does not exist. The caller uses it when fewer agents changed than it asked
     * for, which is also normal for agents that are active already.
     */
    private static void requireAll(Session session, String ids) throws SQLException {
        String unknown = session.query(UNKNOWN).set(IDS, ids).first();
        if (unknown != null) {
            throw new NotFoundException("agent", unknown);
        }
    }
}
