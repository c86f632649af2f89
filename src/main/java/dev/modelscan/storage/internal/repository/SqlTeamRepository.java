package dev.modelscan.storage.internal.repository;

import static dev.modelscan.storage.internal.repository.TeamColumns.NAME;

import dev.modelscan.storage.Cursor;
import dev.modelscan.storage.Page;
import dev.modelscan.storage.PageRequest;
import dev.modelscan.storage.agents.AgentId;
import dev.modelscan.storage.errors.InvalidDataException;
import dev.modelscan.storage.errors.NotFoundException;
import dev.modelscan.storage.errors.ReferenceException;
import dev.modelscan.storage.internal.engine.Failure;
import dev.modelscan.storage.internal.engine.Failure.Kind;
import dev.modelscan.storage.internal.engine.Sessions;
import dev.modelscan.storage.internal.query.CompiledQuery;
import dev.modelscan.storage.internal.query.Cursors;
import dev.modelscan.storage.internal.query.Execution;
import dev.modelscan.storage.internal.query.Session;
import dev.modelscan.storage.internal.values.TextRules;
import dev.modelscan.storage.teams.Team;
import dev.modelscan.storage.teams.TeamId;
import dev.modelscan.storage.teams.TeamMember;
import dev.modelscan.storage.teams.TeamMembership;
import dev.modelscan.storage.teams.TeamRepository;
import dev.modelscan.storage.teams.TeamWithMembers;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

final class SqlTeamRepository extends SqlRepository<TeamId, Team> implements TeamRepository {

    static final Mapping<TeamId, Team> MAPPING = TeamColumns.mapping().unique(NAME);

    private static final String MEMBER = "team member";
    private static final String WITH_MEMBERS = "team.withMembers";

    private static final CompiledQuery<Team> BY_NAME = MAPPING.select("team.byName", NAME::isParameter);

    private final NaturalKey<TeamId, Team> names;

    SqlTeamRepository(Sessions sessions) {
        super(sessions, MAPPING);
        this.names = new NaturalKey<>(this, MAPPING);
    }

    @Override
    public Team findOrCreate(Team record) {
        return names.findOrCreate(record);
    }

    @Override
    public Team upsert(Team record) {
        return names.upsert(record);
    }

    @Override
    public Team getByName(String name) {
        Objects.requireNonNull(name, "name");
        return findByName(name).orElseThrow(() -> new NotFoundException("team", name));
    }

    @Override
    public Optional<Team> findByName(String name) {
        Objects.requireNonNull(name, "name");
        if (!TextRules.isStorable(name)) {
            return Optional.empty();
        }
        return sessions.read(
                "team",
                name,
                session -> Optional.ofNullable(
                        session.query(BY_NAME).set(NAME.parameter(), name).first()));
    }

    @Override
    public void addMember(TeamId teamId, AgentId agentId) {
        Objects.requireNonNull(teamId, "teamId");
        Objects.requireNonNull(agentId, "agentId");
        addMember(teamId, agentId, DEFAULT_ROLE);
    }

    @Override
    public void addMember(TeamId teamId, AgentId agentId, String role) {
        Objects.requireNonNull(teamId, "teamId");
        Objects.requireNonNull(agentId, "agentId");
        Objects.requireNonNull(role, "role");
        checkRole(teamId, agentId, role);
        sessions.write(MEMBER, memberId(teamId, agentId), session -> {
            try {
                return member(session, TeamQueries.ADD_MEMBER, teamId, agentId)
                        .set(TeamQueries.ROLE, role)
                        .set(TeamQueries.JOINED_AT, sessions.now())
                        .update();
            } catch (SQLException e) {
                Failure failure = sessions.classify(e);
                if (failure.kind() == Kind.FOREIGN_KEY) {
                    String id = memberId(teamId, agentId);
                    boolean team = failure.detail() == null
                            ? byId(session, teamId) == null
                            : failure.detail().equals("teamId");
                    String missing = team ? "teamId: team " + teamId : "agentId: agent " + agentId;
                    throw new ReferenceException(
                            MEMBER + " " + id + ": " + missing + " does not exist; create it first", MEMBER, id, e);
                }
                throw e;
            }
        });
    }

    @Override
    public void removeMember(TeamId teamId, AgentId agentId) {
        Objects.requireNonNull(teamId, "teamId");
        Objects.requireNonNull(agentId, "agentId");
        changeMember(teamId, agentId, session -> member(session, TeamQueries.REMOVE_MEMBER, teamId, agentId));
    }

    @Override
    public void updateMemberRole(TeamId teamId, AgentId agentId, String role) {
        Objects.requireNonNull(teamId, "teamId");
        Objects.requireNonNull(agentId, "agentId");
        Objects.requireNonNull(role, "role");
        checkRole(teamId, agentId, role);
        changeMember(teamId, agentId, session -> member(session, TeamQueries.SET_ROLE, teamId, agentId)
                .set(TeamQueries.ROLE, role));
    }

    /** Prepares a change of one membership. */
    private interface MemberChange {
        Execution<Void> prepare(Session session) throws SQLException;
    }

    private void changeMember(TeamId teamId, AgentId agentId, MemberChange change) {
        String id = memberId(teamId, agentId);
        sessions.write(MEMBER, id, session -> {
            int changed = change.prepare(session).update();
            if (changed == 0) {
                throw new NotFoundException(MEMBER, id);
            }
            return changed;
        });
    }

    private static Execution<Void> member(Session session, CompiledQuery<Void> query, TeamId teamId, AgentId agentId)
            throws SQLException {
        return session.query(query).set(TeamColumns.ID.parameter(), teamId).set(AgentColumns.ID.parameter(), agentId);
    }

    private static void checkRole(TeamId teamId, AgentId agentId, String role) {
        String problem = TextRules.nameProblem(role);
        if (problem != null) {
            throw new InvalidDataException(MEMBER, memberId(teamId, agentId), "role", problem);
        }
    }

    private static String memberId(TeamId teamId, AgentId agentId) {
        return teamId + "/" + agentId;
    }

    @Override
    public List<TeamMember> listMembers(TeamId teamId) {
        Objects.requireNonNull(teamId, "teamId");
        return sessions.read(
                MEMBER,
                null,
                session -> List.copyOf(session.query(TeamQueries.MEMBERS)
                        .set(TeamColumns.ID.parameter(), teamId)
                        .list()));
    }

    @Override
    public List<TeamMembership> listByAgent(AgentId agentId) {
        Objects.requireNonNull(agentId, "agentId");
        return sessions.read(
                MEMBER,
                null,
                session -> List.copyOf(session.query(TeamQueries.BY_AGENT)
                        .set(AgentColumns.ID.parameter(), agentId)
                        .list()));
    }

    @Override
    public Page<TeamWithMembers> listWithMembers(PageRequest request) {
        Objects.requireNonNull(request, "request");
        return sessions.read("team", null, session -> {
            List<TeamWithMembers> teams = new ArrayList<>();
            collect(withMembers(session, request).list(), teams);
            boolean more = teams.size() > request.limit();
            List<TeamWithMembers> items = more ? teams.subList(0, request.limit()) : teams;
            return new Page<>(items, more ? Optional.of(after(items, request.limit())) : Optional.empty());
        });
    }

    private static Execution<TeamQueries.TeamRow> withMembers(Session session, PageRequest request)
            throws SQLException {
        Cursor cursor = request.after();
        if (cursor == null) {
            return session.query(TeamQueries.WITH_MEMBERS).set(Mapping.LIMIT, request.limit() + 1);
        }
        List<String> position = Cursors.decode(WITH_MEMBERS, 2, cursor);
        Execution<TeamQueries.TeamRow> execution =
                session.query(TeamQueries.WITH_MEMBERS_BEHIND).set(Mapping.LIMIT, request.limit() + 1);
        Cursors.bind(execution, TeamColumns.CREATED_AT.parameter(), position.get(0));
        Cursors.bind(execution, TeamColumns.ID.parameter(), position.get(1));
        return execution;
    }

    private static PageRequest after(List<TeamWithMembers> items, int limit) {
        Team last = items.get(items.size() - 1).team();
        List<String> position = List.of(TeamColumns.CREATED_AT.encode(last), TeamColumns.ID.encode(last));
        return PageRequest.after(Cursors.encode(WITH_MEMBERS, position), limit);
    }

    /** Groups rows by team. Rows of one team follow each other. */
    private static void collect(List<TeamQueries.TeamRow> rows, List<TeamWithMembers> teams) {
        int from = 0;
        for (int to = 1; to <= rows.size(); to++) {
            if (to == rows.size()
                    || !rows.get(to).team().id().equals(rows.get(from).team().id())) {
                List<TeamMember> members = new ArrayList<>();
                for (TeamQueries.TeamRow row : rows.subList(from, to)) {
                    row.member().ifPresent(members::add);
                }
                teams.add(new TeamWithMembers(rows.get(from).team(), members));
                from = to;
            }
        }
    }
}
