package dev.modelscan.storage.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.modelscan.storage.Page;
import dev.modelscan.storage.PageRequest;
import dev.modelscan.storage.Repositories;
import dev.modelscan.storage.Repository;
import dev.modelscan.storage.agents.Agent;
import dev.modelscan.storage.agents.AgentId;
import dev.modelscan.storage.errors.ConflictException;
import dev.modelscan.storage.errors.InvalidDataException;
import dev.modelscan.storage.errors.NotFoundException;
import dev.modelscan.storage.errors.ReferenceException;
import dev.modelscan.storage.teams.Team;
import dev.modelscan.storage.teams.TeamId;
import dev.modelscan.storage.teams.TeamMember;
import dev.modelscan.storage.teams.TeamMembership;
import dev.modelscan.storage.teams.TeamWithMembers;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the repository of teams does. */
abstract class TeamRepositoryContract extends RepositoryContract<TeamId, Team> {

    @Override
    String entity() {
        return "team";
    }

    @Override
    Repository<TeamId, Team> repository(Repositories repositories) {
        return repositories.teams();
    }

    @Override
    TeamId newId() {
        return TeamId.next();
    }

    @Override
    Team newRecord(int number, TeamId id, Instant createdAt) {
        return Team.builder()
                .id(id)
                .name("team " + number)
                .description("finds things")
                .metadata(Map.of("number", number))
                .createdAt(createdAt)
                .build();
    }

    @Override
    Team changed(Team record) {
        return record.toBuilder()
                .name(record.name() + " changed")
                .description(null)
                .metadata(Map.of("changed", true))
                .build();
    }

    @Override
    Team withId(Team record, TeamId id) {
        return record.toBuilder().id(id).build();
    }

    @Override
    TeamId id(Team record) {
        return record.id();
    }

    @Override
    long version(Team record) {
        return record.version();
    }

    @Override
    Instant createdAt(Team record) {
        return record.createdAt();
    }

    @Override
    Instant updatedAt(Team record) {
        return record.updatedAt();
    }

    @Override
    Comparator<Team> order() {
        return Comparator.comparing(Team::createdAt)
                .thenComparing(team -> team.id().value());
    }

    @Override
    Map<String, Team> withMissingReference(Team record) {
        return Map.of();
    }

    @Override
    Map<String, Team> withFixedFieldChanged(Team record) {
        return Map.of(
                "createdAt",
                record.toBuilder().createdAt(record.createdAt().plusSeconds(1)).build());
    }

    @Override
    @SuppressWarnings("unchecked") // Only the exception matters.
    Page<Team> otherList(Team record, PageRequest request) {
        return (Page<Team>) (Page<?>) db.teams().listWithMembers(request);
    }

    @Test
    void aNameIsTakenOnce() {
        Team first = createTeam("discovery");
        Team second = Team.builder().name("discovery").build();

        ConflictException refusal =
                catchThrowableOfType(ConflictException.class, () -> db.teams().create(second));

        assertNames(refusal, "team", second.id());
        assertThat(refusal).hasMessageContaining("name");
        assertThat(all()).containsExactly(first);
    }

    @Test
    void aTeamIsFoundByItsExactName() {
        Team stored = createTeam("Discovery?");

        assertThat(db.teams().getByName("Discovery?")).isEqualTo(stored);
        assertThat(db.teams().findByName("Discovery?")).contains(stored);
        assertThat(db.teams().findByName("discovery?")).isEmpty();
        assertThat(db.teams().findByName("Discovery\uD800")).isEmpty();
        assertThat(catchThrowableOfType(
                        NotFoundException.class, () -> db.teams().getByName("none")))
                .hasMessageContaining("none");
    }

    @Test
    void membersAreListedInTheOrderThatTheyJoined() {
        Team team = createTeam("discovery");
        Agent one = createAgent("one");
        Agent two = createAgent("two");
        Agent three = createAgent("three");
        Instant first = clock.advance();
        db.teams().addMember(team.id(), two.id());
        Instant second = clock.advance();
        db.teams().addMember(team.id(), three.id(), "lead");
        db.teams().addMember(team.id(), one.id(), "scribe");

        assertThat(db.teams().listMembers(team.id()))
                .containsExactly(
                        new TeamMember(two, "member", first),
                        // Joined at the same time, so the id decides.
                        new TeamMember(one, "scribe", second),
                        new TeamMember(three, "lead", second));
    }

    @Test
    void theTeamsOfAnAgentAreListedInTheOrderThatItJoined() {
        Agent agent = createAgent("one");
        Agent other = createAgent("two");
        Team first = createTeam("a");
        Team second = createTeam("b");
        Instant before = clock.advance();
        db.teams().addMember(second.id(), agent.id());
        db.teams().addMember(second.id(), other.id());
        Instant after = clock.advance();
        db.teams().addMember(first.id(), agent.id(), "lead");

        assertThat(db.teams().listByAgent(agent.id()))
                .containsExactly(
                        new TeamMembership(second, "member", before), new TeamMembership(first, "lead", after));
        assertThat(db.teams().listByAgent(other.id())).hasSize(1);
        assertThat(db.teams().listByAgent(AgentId.next())).isEmpty();
        assertThat(db.teams().listMembers(TeamId.next())).isEmpty();
        assertThatThrownBy(() -> db.teams().listByAgent(agent.id()).clear())
                .isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> db.teams().listMembers(first.id()).clear())
                .isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void addingAMemberAgainChangesItsRoleAndNotItsTime() {
        Team team = createTeam("discovery");
        Agent agent = createAgent("one");
        Instant first = clock.advance();
        db.teams().addMember(team.id(), agent.id());
        clock.advance();

        db.teams().addMember(team.id(), agent.id(), "lead");

        assertThat(db.teams().listMembers(team.id())).containsExactly(new TeamMember(agent, "lead", first));
    }

    @Test
    void aRoleIsChanged() {
        Team team = createTeam("discovery");
        Agent agent = createAgent("one");
        Agent other = createAgent("two");
        db.teams().addMember(team.id(), agent.id());
        db.teams().addMember(team.id(), other.id());

        db.teams().updateMemberRole(team.id(), agent.id(), "lead");

        assertThat(db.teams().listMembers(team.id()))
                .extracting(TeamMember::role)
                .containsExactly("lead", "member");
    }

    @Test
    void aMemberIsTakenOutAlone() {
        Team team = createTeam("discovery");
        Agent agent = createAgent("one");
        Agent other = createAgent("two");
        db.teams().addMember(team.id(), agent.id());
        db.teams().addMember(team.id(), other.id());

        db.teams().removeMember(team.id(), agent.id());

        assertThat(db.teams().listMembers(team.id()))
                .extracting(TeamMember::agent)
                .containsExactly(other);
        assertThat(db.agents().get(agent.id())).isEqualTo(agent);
    }

    @Test
    void whoDoesNotBelongIsNotFound() {
        Team team = createTeam("discovery");
        Agent agent = createAgent("one");

        NotFoundException remove =
                catchThrowableOfType(NotFoundException.class, () -> db.teams().removeMember(team.id(), agent.id()));
        NotFoundException change = catchThrowableOfType(
                NotFoundException.class, () -> db.teams().updateMemberRole(team.id(), agent.id(), "lead"));

        assertThat(remove)
                .hasMessageContaining(team.id().value())
                .hasMessageContaining(agent.id().value());
        assertThat(change)
                .hasMessageContaining(team.id().value())
                .hasMessageContaining(agent.id().value());
    }

    @Test
    void aMembershipOfWhatDoesNotExistIsRefusedAndNamesIt() {
        Team team = createTeam("discovery");
        Agent agent = createAgent("one");

        ReferenceException noTeam = catchThrowableOfType(
                ReferenceException.class, () -> db.teams().addMember(new TeamId("missing"), agent.id()));
        ReferenceException noAgent = catchThrowableOfType(
                ReferenceException.class, () -> db.teams().addMember(team.id(), new AgentId("missing")));

        assertThat(noTeam.entity()).isEqualTo("team member");
        assertThat(noTeam).hasMessageContaining("teamId: team missing does not exist");
        assertThat(noAgent).hasMessageContaining("agentId: agent missing does not exist");
        assertThat(db.teams().listMembers(team.id())).isEmpty();
        assertThat(db.teams().listByAgent(agent.id())).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "\t\n", "a\0b", "\uDC00"})
    void aRoleThatIsNoNameIsRefused(String role) {
        Team team = createTeam("discovery");
        Agent agent = createAgent("one");
        db.teams().addMember(team.id(), agent.id());

        InvalidDataException add = catchThrowableOfType(
                InvalidDataException.class, () -> db.teams().addMember(team.id(), agent.id(), role));
        InvalidDataException change = catchThrowableOfType(
                InvalidDataException.class, () -> db.teams().updateMemberRole(team.id(), agent.id(), role));

        assertThat(add.entity()).isEqualTo("team member");
        assertThat(add.field()).isEqualTo("role");
        assertThat(change.field()).isEqualTo("role");
        assertThat(db.teams().listMembers(team.id()))
                .extracting(TeamMember::role)
                .containsExactly("member");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5, 12, 100})
    void teamsWithMembersAreWhatOneByOneGives(int limit) {
        List<Team> teams = createShuffled(12);
        List<Agent> agents = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            agents.add(createAgent("agent " + i));
        }
        for (int i = 0; i < teams.size(); i++) {
            for (int j = 0; j < i % 5; j++) {
                clock.advance();
                db.teams().addMember(teams.get(i).id(), agents.get((i + j) % 5).id(), "role " + j);
            }
        }
        List<TeamWithMembers> expected = teams.stream()
                .map(team -> new TeamWithMembers(team, db.teams().listMembers(team.id())))
                .toList();

        assertThat(walk(limit, db.teams()::listWithMembers)).isEqualTo(expected);
    }
}
