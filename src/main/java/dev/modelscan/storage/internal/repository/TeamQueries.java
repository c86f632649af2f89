package dev.modelscan.storage.internal.repository;

import static dev.modelscan.storage.schema.Tables.AGENTS;
import static dev.modelscan.storage.schema.Tables.TEAMS;
import static dev.modelscan.storage.schema.Tables.TEAM_MEMBERS;

import dev.modelscan.storage.agents.Agent;
import dev.modelscan.storage.internal.engines.Engines;
import dev.modelscan.storage.internal.query.Codec;
import dev.modelscan.storage.internal.query.Column;
import dev.modelscan.storage.internal.query.Columns;
import dev.modelscan.storage.internal.query.CompiledQuery;
import dev.modelscan.storage.internal.query.Parameter;
import dev.modelscan.storage.internal.query.Row;
import dev.modelscan.storage.schema.tables.Teams;
import dev.modelscan.storage.teams.Team;
import dev.modelscan.storage.teams.TeamId;
import dev.modelscan.storage.teams.TeamMember;
import dev.modelscan.storage.teams.TeamMembership;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.Query;
import org.jooq.Record;
import org.jooq.Record1;
import org.jooq.Select;
import org.jooq.SelectSelectStep;
import org.jooq.impl.CustomCondition;
import org.jooq.impl.DSL;

/** The queries that join teams, their members and the agents. */
final class TeamQueries {

    static final Parameter<String> ROLE = Parameter.of("role", Codec.TEXT, () -> TEAM_MEMBERS.ROLE);
    static final Parameter<Instant> JOINED_AT = Parameter.of("joinedAt", Codec.TIME, () -> TEAM_MEMBERS.JOINED_AT);

    // The columns of a membership, after the columns of its agent or team.
    private static final Columns<TeamMember> OF_AGENT = new Columns<>("team member", AgentColumns.COLUMNS.end());
    private static final Column<TeamMember, String> AGENT_ROLE =
            OF_AGENT.add("role", Codec.TEXT, () -> TEAM_MEMBERS.ROLE, TeamMember::role);
    private static final Column<TeamMember, Instant> AGENT_JOINED_AT =
            OF_AGENT.add("joinedAt", Codec.TIME, () -> TEAM_MEMBERS.JOINED_AT, TeamMember::joinedAt);
    private static final Columns<TeamMembership> OF_TEAM = new Columns<>("membership", TeamColumns.COLUMNS.end());
    private static final Column<TeamMembership, String> TEAM_ROLE =
            OF_TEAM.add("role", Codec.TEXT, () -> TEAM_MEMBERS.ROLE, TeamMembership::role);
    private static final Column<TeamMembership, Instant> TEAM_JOINED_AT =
            OF_TEAM.add("joinedAt", Codec.TIME, () -> TEAM_MEMBERS.JOINED_AT, TeamMembership::joinedAt);

    /** A team joined to one member; a team without members has one row. */
    record TeamRow(Team team, Optional<TeamMember> member) {}

    static final CompiledQuery<TeamMember> MEMBERS =
            CompiledQuery.rows("team.members", TeamQueries::member, () -> DSL.select(AgentColumns.COLUMNS.fields())
                    .select(OF_AGENT.fields())
                    .from(TEAM_MEMBERS)
                    .join(AGENTS)
                    .on(TEAM_MEMBERS.AGENT_ID.eq(AGENTS.ID))
                    .where(TEAM_MEMBERS.TEAM_ID.eq(TeamColumns.ID.parameter().param()))
                    .orderBy(TEAM_MEMBERS.JOINED_AT, TEAM_MEMBERS.AGENT_ID));

    static final CompiledQuery<TeamMembership> BY_AGENT = CompiledQuery.rows(
            "team.byAgent",
            row -> new TeamMembership(TeamColumns.map(row), row.get(TEAM_ROLE), row.get(TEAM_JOINED_AT)),
            () -> DSL.select(TeamColumns.COLUMNS.fields())
                    .select(OF_TEAM.fields())
                    .from(TEAM_MEMBERS)
                    .join(TEAMS)
                    .on(TEAM_MEMBERS.TEAM_ID.eq(TEAMS.ID))
                    .where(TEAM_MEMBERS.AGENT_ID.eq(AgentColumns.ID.parameter().param()))
                    .orderBy(TEAM_MEMBERS.JOINED_AT, TEAM_MEMBERS.TEAM_ID));

    static final CompiledQuery<TeamRow> WITH_MEMBERS =
            CompiledQuery.rows("team.withMembers", TeamQueries::teamRow, () -> withMembers(DSL.noCondition()));

    static final CompiledQuery<TeamRow> WITH_MEMBERS_BEHIND = CompiledQuery.rows(
            "team.withMembers.behind",
            TeamQueries::teamRow,
            () -> withMembers(DSL.row(TEAMS.CREATED_AT, TEAMS.ID)
                    .greaterThan(
                            TeamColumns.CREATED_AT.parameter().param(),
                            TeamColumns.ID.parameter().param())));

    static final CompiledQuery<Void> ADD_MEMBER = CompiledQuery.command("team.addMember", () -> DSL.insertInto(
                    TEAM_MEMBERS,
                    TEAM_MEMBERS.TEAM_ID,
                    TEAM_MEMBERS.AGENT_ID,
                    TEAM_MEMBERS.ROLE,
                    TEAM_MEMBERS.JOINED_AT)
            .values(
                    TeamColumns.ID.parameter().param(),
                    AgentColumns.ID.parameter().param(),
                    ROLE.param(),
                    JOINED_AT.param())
            .onConflict(TEAM_MEMBERS.TEAM_ID, TEAM_MEMBERS.AGENT_ID)
            .doUpdate()
            .set(TEAM_MEMBERS.ROLE, ROLE.param()));

    static final CompiledQuery<Void> REMOVE_MEMBER = CompiledQuery.command(
            "team.removeMember", () -> DSL.deleteFrom(TEAM_MEMBERS).where(theMember()));

    static final CompiledQuery<Void> SET_ROLE = CompiledQuery.command(
            "team.setRole",
            () -> DSL.update(TEAM_MEMBERS).set(TEAM_MEMBERS.ROLE, ROLE.param()).where(theMember()));

    private TeamQueries() {}

    private static Condition theMember() {
        return TEAM_MEMBERS
                .TEAM_ID
                .eq(TeamColumns.ID.parameter().param())
                .and(TEAM_MEMBERS.AGENT_ID.eq(AgentColumns.ID.parameter().param()));
    }

    /**
     * The subquery limits the teams of the page before the joins, so the limit counts teams and not members.
     */
    private static Query withMembers(Condition position) {
        Teams page = TEAMS.as("page");
        List<Field<?>> teamFields = new ArrayList<>();
        TeamColumns.COLUMNS.fields().forEach(field -> teamFields.add(page.field(field)));
        return DSL.select(teamFields)
                .select(AgentColumns.COLUMNS.fields())
                .select(OF_AGENT.fields())
                .from(page(DSL.select(TeamColumns.COLUMNS.fields()), position).asTable("page"))
                .leftJoin(TEAM_MEMBERS)
                .on(ofPage(page, page(DSL.select(TEAMS.ID), position)))
                .leftJoin(AGENTS)
                .on(TEAM_MEMBERS.AGENT_ID.eq(AGENTS.ID))
                .orderBy(page.CREATED_AT, page.ID, TEAM_MEMBERS.JOINED_AT, TEAM_MEMBERS.AGENT_ID);
    }

    private static <R extends Record> Select<R> page(SelectSelectStep<R> columns, Condition position) {
        return columns.from(TEAMS)
                .where(position)
                .orderBy(TEAMS.CREATED_AT, TEAMS.ID)
                .limit(Mapping.LIMIT.param());
    }

    /**
     * On PostgreSQL the condition appears twice. One plan serves any limit, so PostgreSQL expects a tenth of
     * all teams, and would read all members to join them. From an array of unknown length it expects ten
     * elements, and looks up each in the index.
     */
    private static Condition ofPage(Teams page, Select<Record1<TeamId>> ids) {
        Condition joined = TEAM_MEMBERS.TEAM_ID.eq(page.ID);
        Condition sought = TEAM_MEMBERS.TEAM_ID.eq(DSL.any(DSL.array(ids)));
        return CustomCondition.of(
                context -> context.visit(Engines.expressions(context).withHint(joined, sought)));
    }

    private static TeamMember member(Row row) throws SQLException {
        Agent agent = AgentColumns.map(row);
        return new TeamMember(agent, row.get(AGENT_ROLE), row.get(AGENT_JOINED_AT));
    }

    private static TeamRow teamRow(Row row) throws SQLException {
        Optional<TeamMember> member = row.shifted(TeamColumns.COLUMNS.end(), TeamQueries::optionalMember);
        return new TeamRow(TeamColumns.map(row), member);
    }

    private static Optional<TeamMember> optionalMember(Row row) throws SQLException {
        return row.find(AgentColumns.ID) == null ? Optional.empty() : Optional.of(member(row));
    }
}
