package dev.modelscan.storage.internal.repository;

import static dev.modelscan.storage.schema.Tables.TEAMS;

import dev.modelscan.storage.Json;
import dev.modelscan.storage.internal.codec.Formats;
import dev.modelscan.storage.internal.query.Codec;
import dev.modelscan.storage.internal.query.Column;
import dev.modelscan.storage.internal.query.Columns;
import dev.modelscan.storage.internal.query.Row;
import dev.modelscan.storage.teams.Team;
import dev.modelscan.storage.teams.TeamId;
import java.sql.SQLException;
import java.time.Instant;

/** The columns of {@link Team}. */
final class TeamMapping {

    static final Columns<Team> COLUMNS = new Columns<>("team");
    static final Column<Team, TeamId> ID = COLUMNS.add("id", Codec.text(Formats.TEAM_ID), () -> TEAMS.ID, Team::id);
    static final Column<Team, String> NAME = COLUMNS.add("name", Codec.TEXT, () -> TEAMS.NAME, Team::name);
    static final Column<Team, String> DESCRIPTION =
            COLUMNS.add("description", Codec.TEXT, () -> TEAMS.DESCRIPTION, Team::description);
    static final Column<Team, Json> METADATA =
            COLUMNS.add("metadata", Codec.text(Formats.JSON), () -> TEAMS.METADATA, Team::metadata);
    static final Column<Team, Long> VERSION = COLUMNS.add("version", Codec.LONG, () -> TEAMS.VERSION, Team::version);
    static final Column<Team, Instant> CREATED_AT =
            COLUMNS.add("createdAt", Codec.TIME, () -> TEAMS.CREATED_AT, Team::createdAt);
    static final Column<Team, Instant> UPDATED_AT =
            COLUMNS.add("updatedAt", Codec.TIME, () -> TEAMS.UPDATED_AT, Team::updatedAt);
    static final Mapping<TeamId, Team> MAPPING = new Mapping<>(
                    "team", () -> TEAMS, COLUMNS, TeamMapping::map, ID, VERSION, CREATED_AT, UPDATED_AT)
            .unique(NAME)
            .listedBy(CREATED_AT, ID);

    private TeamMapping() {}

    static Team map(Row row) throws SQLException {
        return new Team(
                /* id= */ row.get(ID),
                /* name= */ row.get(NAME),
                /* description= */ row.find(DESCRIPTION),
                /* metadata= */ row.get(METADATA),
                /* version= */ row.get(VERSION),
                /* createdAt= */ row.get(CREATED_AT),
                /* updatedAt= */ row.get(UPDATED_AT));
    }
}
