package dev.modelscan.storage.internal.engines;

import static dev.modelscan.storage.schema.Tables.AGENTS;
import static dev.modelscan.storage.schema.Tables.TASKS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.modelscan.storage.Conditions;
import dev.modelscan.storage.Json;
import dev.modelscan.storage.Times;
import dev.modelscan.storage.internal.engine.DatabaseLocation;
import dev.modelscan.storage.internal.engine.DatabaseLocation.Kind;
import dev.modelscan.storage.internal.engine.Engine;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jooq.QueryPart;
import org.jooq.SQLDialect;
import org.jooq.exception.SQLDialectNotSupportedException;
import org.jooq.impl.DSL;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each engine has its own SQL, and no other gets it. */
class EnginesTest {

    static List<QueryPart> expressions() {
        return List.of(
                Times.now(),
                Times.month(TASKS.CREATED_AT),
                Times.bucket(TASKS.CREATED_AT, Duration.ofHours(1)),
                DSL.val(Instant.EPOCH, TASKS.CREATED_AT),
                DSL.val(Json.emptyObject(), AGENTS.METADATA),
                Conditions.metadataEquals(AGENTS.METADATA, "tenant", "acme"));
    }

    @ParameterizedTest
    @MethodSource("expressions")
    void anEngineThatIsNotInTheListIsRejected(QueryPart expression) {
        assertThatThrownBy(() -> DSL.using(SQLDialect.MYSQL).render(expression))
                .isInstanceOf(SQLDialectNotSupportedException.class)
                .hasMessageContaining("no SQL for MYSQL, only for SQLite and PostgreSQL");
    }

    @ParameterizedTest
    @MethodSource("expressions")
    void eachEngineSaysItInItsOwnWayAndTextIsShown(QueryPart expression) {
        Set<String> texts = new HashSet<>();
        for (Engine engine : Engines.ALL) {
            texts.add(DSL.using(engine.dialect().jooq()).render(expression));
        }
        assertThat(texts).hasSameSizeAs(Engines.ALL);
        assertThat(expression.toString()).isNotBlank().doesNotContain("[ ... ");
    }

    @Test
    void aPlaceThatIsShownHidesWhatMayBeSecret() {
        String url = "jdbc:postgresql://u:hush@localhost/db?password=hush";
        assertThat(new DatabaseLocation(Kind.SERVER, null, url, url, "u", "hush", null, null).toString())
                .doesNotContain("hush");
        assertThat(new DatabaseLocation(Kind.FILE, Path.of("x.db"), null, null, null, null, null, null).toString())
                .contains("x.db");
    }
}
