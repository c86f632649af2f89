package dev.modelscan.storage.contract;

import static dev.modelscan.storage.schema.Tables.AGENTS;
import static dev.modelscan.storage.schema.Tables.CONVERSATIONS;
import static dev.modelscan.storage.schema.Tables.TASKS;
import static dev.modelscan.storage.schema.Tables.TEAMS;
import static dev.modelscan.storage.schema.Tables.TEAM_MEMBERS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.modelscan.storage.Json;
import dev.modelscan.storage.PageRequest;
import dev.modelscan.storage.StoredQueries;
import dev.modelscan.storage.agents.Agent;
import dev.modelscan.storage.agents.AgentId;
import dev.modelscan.storage.conversations.ConversationId;
import dev.modelscan.storage.errors.ConflictException;
import dev.modelscan.storage.errors.InvalidDataException;
import dev.modelscan.storage.errors.NotFoundException;
import dev.modelscan.storage.errors.ReferenceException;
import dev.modelscan.storage.queries.MappedTable;
import dev.modelscan.storage.queries.TableRows;
import dev.modelscan.storage.schema.tables.Teams;
import dev.modelscan.storage.schema.tables.records.AgentsRecord;
import dev.modelscan.storage.schema.tables.records.ConversationsRecord;
import dev.modelscan.storage.schema.tables.records.TasksRecord;
import dev.modelscan.storage.schema.tables.records.TeamsRecord;
import dev.modelscan.storage.tasks.TaskId;
import dev.modelscan.storage.tasks.TaskStatus;
import dev.modelscan.storage.teams.Team;
import dev.modelscan.storage.teams.TeamId;
import dev.modelscan.storage.testkit.StatementLog;
import java.sql.Connection;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What a table of the application's own has in common with the library's. The library's tables stand for it. */
abstract class MappedTableContract extends Contract {

    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05.000006Z");

    record Squad(TeamId id, String name, Json metadata, long version) {

        static Squad of(TeamsRecord row) {
            return new Squad(row.getId(), row.getName(), row.getMetadata(), row.getVersion());
        }

        TeamsRecord toRow() {
            TeamsRecord row = new TeamsRecord();
            row.setId(id);
            row.setName(name);
            row.setMetadata(metadata);
            row.setVersion(version);
            row.setCreatedAt(NOW);
            row.setUpdatedAt(NOW);
            return row;
        }
    }

    static final MappedTable<TeamId, Squad> SQUADS =
            StoredQueries.table("squad", TEAMS.ID, TEAMS.VERSION, Squad::of, Squad::toRow);

    static final MappedTable<ConversationId, ConversationsRecord> TALKS =
            StoredQueries.table("talk", CONVERSATIONS.ID, null);

    static final MappedTable<TaskId, TasksRecord> JOBS = StoredQueries.table("job", TASKS.ID, TASKS.VERSION);

    private static Squad squad(String name) {
        return new Squad(TeamId.next(), name, Json.of(Map.of("n", 1)), 1);
    }

    private TableRows<TeamId, Squad> squads() {
        return db.table(SQUADS);
    }

    @Test
    void whatIsInsertedIsRead() {
        Squad squad = squad("a");
        assertThat(squads().insert(squad)).isEqualTo(squad);
        assertThat(squads().get(squad.id())).isEqualTo(squad);
        assertThat(squads().find(squad.id())).contains(squad);
        assertThat(squads().find(TeamId.next())).isEmpty();
        assertThat(db.teams().get(squad.id()).name()).isEqualTo("a");
        assertThatThrownBy(() -> squads().get(new TeamId("no")))
                .isInstanceOf(NotFoundException.class)
                .hasMessage("squad no does not exist");
    }

    @Test
    void anUpdateComparesTheVersion() {
        Squad squad = squads().insert(squad("a"));
        Squad renamed = squads().update(new Squad(squad.id(), "b", squad.metadata(), 1));
        assertThat(renamed).isEqualTo(new Squad(squad.id(), "b", squad.metadata(), 2));
        assertThat(squads().get(squad.id())).isEqualTo(renamed);
        assertThatThrownBy(() -> squads().update(squad))
                .isInstanceOf(ConflictException.class)
                .hasMessage("squad " + squad.id()
                        + " was changed by another: version 2 is stored, 1 was given; read it again");
        assertThatThrownBy(() -> squads().update(squad("c")))
                .isInstanceOf(NotFoundException.class)
                .hasMessageStartingWith("squad ");
    }

    @Test
    void aVersionBeginsAtOneWhateverIsGiven() {
        TeamsRecord row = squad("a").toRow();
        row.setVersion(7L);
        MappedTable<TeamId, TeamsRecord> teams = StoredQueries.table("team", TEAMS.ID, TEAMS.VERSION);
        assertThat(db.table(teams).insert(row).getVersion()).isEqualTo(1);
        assertThat(row.getVersion()).isEqualTo(7);
    }

    /** It could be read neither by its key nor in a page. */
    @Test
    void aRowThatItsFunctionCannotReadIsNotStored() {
        MappedTable<TeamId, Squad> unreadable = StoredQueries.table(
                "squad",
                TEAMS.ID,
                TEAMS.VERSION,
                row -> {
                    throw new IllegalArgumentException("mine");
                },
                Squad::toRow);
        Squad stored = squads().insert(squad("a"));
        assertThatThrownBy(() -> db.table(unreadable).insert(squad("b"))).hasMessage("mine");
        assertThatThrownBy(() -> db.table(unreadable).update(new Squad(stored.id(), "c", stored.metadata(), 1)))
                .hasMessage("mine");
        assertThat(squads().stream()).containsExactly(stored);
        assertThatThrownBy(() -> db.table(unreadable).insert(squad(" "))).isInstanceOf(InvalidDataException.class);
        assertThatThrownBy(() -> db.useTx(
                        tx -> assertThatThrownBy(() -> tx.table(unreadable).insert(squad("b")))
                                .hasMessage("mine")))
                .hasMessageContaining("can only roll back");
    }

    /** As it is given, the row lacks what the schema adds; here the next version. */
    @Test
    void aRowThatCanOnlyBeReadAsItIsStoredIsStored() {
        MappedTable<TeamId, Squad> changed = StoredQueries.table(
                "squad",
                TEAMS.ID,
                TEAMS.VERSION,
                row -> {
                    if (row.getVersion() != 2) {
                        throw new IllegalArgumentException("mine");
                    }
                    return Squad.of(row);
                },
                Squad::toRow);
        Squad stored = squads().insert(squad("a"));
        Squad second = db.table(changed).update(stored);
        assertThat(squads().get(stored.id())).isEqualTo(second);
        assertThatThrownBy(() -> db.table(changed).insert(squad("b"))).hasMessage("mine");
        assertThat(squads().stream()).containsExactly(second);
    }

    /** As it is given, the row can be read; here without the next version. */
    @Test
    void aRowThatCannotBeReadAsItIsStoredIsNotStored() {
        MappedTable<TeamId, Squad> first = StoredQueries.table(
                "squad",
                TEAMS.ID,
                TEAMS.VERSION,
                row -> {
                    if (row.getVersion() == 2) {
                        throw new IllegalArgumentException("mine");
                    }
                    return Squad.of(row);
                },
                Squad::toRow);
        Squad stored = db.table(first).insert(squad("a"));

        assertThatThrownBy(() -> db.table(first).update(stored)).hasMessage("mine");

        assertThat(squads().get(stored.id())).isEqualTo(stored);
    }

    /** The application's function would hold up other writers. A time of now has nanoseconds, which are not stored. */
    @Test
    void aRowThatIsStoredAsItIsGivenIsNotReadInTheTransaction() {
        AtomicInteger reads = new AtomicInteger();
        MappedTable<ConversationId, ConversationsRecord> counted = StoredQueries.table(
                "talk",
                CONVERSATIONS.ID,
                null,
                row -> {
                    reads.incrementAndGet();
                    return row;
                },
                row -> row);
        ConversationsRecord talk = new ConversationsRecord();
        talk.setId(CONVERSATION);
        talk.setLastSequenceNumber(0L);
        talk.setCreatedAt(NOW.plusNanos(175_434));

        assertThat(db.table(counted).insert(talk).getCreatedAt()).isEqualTo(NOW.plusNanos(175_000));
        assertThat(reads).hasValue(2);
        db.table(counted).update(talk);
        assertThat(reads).hasValue(4);
    }

    @Test
    void aTableWithAnotherNameHasItsKey() {
        Teams renamed = TEAMS.rename("teams");
        MappedTable<TeamId, TeamsRecord> teams = StoredQueries.table("team", renamed.ID, renamed.VERSION);
        TeamsRecord stored = db.table(teams).insert(squad("a").toRow());
        assertThat(db.table(teams).update(stored).getVersion()).isEqualTo(2);
        assertThatThrownBy(() -> StoredQueries.table("team", renamed.ID, TEAMS.as("other").VERSION))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("version");
    }

    @Test
    void withoutAVersionTheLastUpdateWins() {
        ConversationsRecord talk = new ConversationsRecord();
        talk.setId(CONVERSATION);
        talk.setLastSequenceNumber(0L);
        talk.setCreatedAt(NOW);
        ConversationsRecord stored = db.table(TALKS).insert(talk);
        assertThat(stored).isEqualTo(talk);
        talk.setTitle("one");
        db.table(TALKS).update(talk);
        stored.setTitle("two");
        assertThat(db.table(TALKS).update(stored).getTitle()).isEqualTo("two");
        db.table(TALKS).delete(CONVERSATION);
        assertThat(db.table(TALKS).find(CONVERSATION)).isEmpty();
    }

    @Test
    void pagesGoByTheKey() {
        List<Squad> all = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            all.add(squads().insert(new Squad(new TeamId("t" + i), "n" + (9 - i), Json.emptyObject(), 1)));
        }
        assertThat(walk(3, squads()::list)).isEqualTo(all);
        assertThat(squads().stream()).isEqualTo(all);
        assertThatThrownBy(() -> db.table(TALKS)
                        .list(squads().list(PageRequest.first(2)).next().orElseThrow()))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void errorsNameTheTablesEntity() {
        Squad squad = squads().insert(squad("a"));
        assertThatThrownBy(() -> squads().insert(squad))
                .isInstanceOf(ConflictException.class)
                .hasMessageContaining("squad " + squad.id());
        assertThatThrownBy(() -> squads().insert(squad("a")))
                .isInstanceOf(ConflictException.class)
                .hasMessageStartingWith("squad ");
        assertThatThrownBy(() -> squads().insert(squad(" ")))
                .isInstanceOf(InvalidDataException.class)
                .hasMessageStartingWith("squad ");
        assertThatThrownBy(() -> squads().insert(squad("a\u0000b")))
                .isInstanceOf(InvalidDataException.class)
                .hasMessageStartingWith("squad: name ");
        assertThatThrownBy(() -> squads().delete(TeamId.next()))
                .isInstanceOf(NotFoundException.class)
                .hasMessageStartingWith("squad ");
        TasksRecord job = new TasksRecord();
        job.setId(TaskId.next());
        job.setType("x");
        job.setTeamId(TeamId.next());
        job.setStatus(TaskStatus.PENDING);
        job.setPriority(0);
        job.setMetadata(Json.emptyObject());
        job.setCreatedAt(NOW);
        job.setUpdatedAt(NOW);
        assertThatThrownBy(() -> db.table(JOBS).insert(job))
                .isInstanceOf(ReferenceException.class)
                .hasMessageStartingWith("job " + job.getId());
        job.setTeamId(squad.id());
        assertThat(db.table(JOBS).insert(job).getVersion()).isEqualTo(1);
        assertThat(db.tasks().get(job.getId()).teamId()).isEqualTo(squad.id());
    }

    @Test
    void aRowThatOthersNeedIsNotDeleted() {
        Agent agent = createAgent("a");
        db.messages().create(message(agent).build());
        MappedTable<AgentId, AgentsRecord> people = StoredQueries.table("person", AGENTS.ID, AGENTS.VERSION);
        assertThatThrownBy(() -> db.table(people).delete(agent.id()))
                .isInstanceOf(ReferenceException.class)
                .hasMessage("person " + agent.id() + " cannot be deleted: other records refer to it");
    }

    /** Or else one delete would take all members of a team. */
    @Test
    void aPartOfAKeyIsNoKey() {
        assertThatThrownBy(() -> StoredQueries.table("member", TEAM_MEMBERS.TEAM_ID, null))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("team_id is not the primary key of team_members");
        assertThatThrownBy(() -> StoredQueries.table("job", TASKS.AGENT_ID, TASKS.VERSION))
                .isInstanceOf(IllegalArgumentException.class);
        // Unique, but not what other rows refer to.
        assertThatThrownBy(() -> StoredQueries.table("squad", TEAMS.NAME, TEAMS.VERSION))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("name is not the primary key of teams");
    }

    @Test
    void itTakesPartInTransactions() throws Exception {
        Squad kept = squads().insert(squad("kept"));
        assertThatThrownBy(() -> db.useTx(tx -> {
                    tx.table(SQUADS).insert(squad("a"));
                    tx.table(SQUADS).delete(kept.id());
                    assertThat(tx.table(SQUADS).find(kept.id())).isEmpty();
                    throw new IllegalArgumentException("mine");
                }))
                .hasMessage("mine");
        assertThat(db.teams().list(10, 0)).extracting(Team::id).containsExactly(kept.id());
        try (Connection connection = engine().connect(db).orElseThrow()) {
            db.on(connection).table(SQUADS).update(new Squad(kept.id(), "b", kept.metadata(), 1));
            connection.rollback();
        }
        assertThat(squads().get(kept.id())).isEqualTo(kept);
    }

    @Test
    void eachCallIsOneStatement() {
        Squad squad = squads().insert(squad("warm"));
        squads().update(squad);
        try (StatementLog log = new StatementLog()) {
            Squad one = squads().insert(squad("a"));
            assertThat(log.statements()).hasSize(1);
            squads().get(one.id());
            assertThat(log.statements()).hasSize(2);
            Squad two = squads().update(one);
            assertThat(log.statements()).hasSize(3);
            squads().list(PageRequest.first(5));
            assertThat(log.statements()).hasSize(4);
            squads().delete(two.id());
            assertThat(log.statements()).hasSize(5);
        }
    }
}
