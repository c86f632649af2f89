package dev.modelscan.storage.internal.dsl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Texts of which one engine or the other makes one statement, or several. */
class SqlTextTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT * FROM t WHERE a LIKE ? ESCAPE'\\' OR b = ';'",
                "SELECT E'it''s \\'quoted\\';'",
                "SELECT 1 /* a /* nested */ ; comment */",
                "/* src/*.sql */ SELECT ';' /* ; */;",
                "SELECT $$;$$, $a$ $$; $a$, \"a;\"\"b;\", [c;d], `e;f`",
                "SELECT ARRAY['a;]', 'b']",
                "INSERT INTO t VALUES (1); -- done",
                "(SELECT 1) UNION (SELECT 2);\n;",
                "CREATE RULE r AS ON INSERT TO t DO ALSO (DELETE FROM a; DELETE FROM b);",
                "create or replace -- x\n trigger t AFTER UPDATE OF begin ON t BEGIN SELECT NEW.end; SELECT 1; END",
                "CREATE TRIGGER t AFTER UPDATE ON t BEGIN UPDATE t SET end = CASE WHEN 1 THEN 2 END; SELECT 1; END",
                "CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN 1; END $$;",
            })
    void isOne(String sql) {
        assertThatCode(() -> SqlText.requireOneStatement(sql)).doesNotThrowAnyException();
        assertThat(SqlText.controlsTransaction(sql)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT 1; SELECT 2",
                "SELECT 'a\\'; SELECT '2'",
                "/* src/*.sql */ SELECT 1; SELECT 2 /* b */",
                "CREATE TABLE trigger_log (no integer); SELECT 2",
                "CREATE TABLE a (no integer); CREATE TRIGGER b AFTER UPDATE ON a BEGIN SELECT 1; END",
                "CREATE TRIGGER t AFTER UPDATE ON t BEGIN SELECT CASE WHEN 1 THEN 2 END; END; SELECT 1",
                "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'; DROP FUNCTION f()",
            })
    void areSeveral(String sql) {
        assertThatThrownBy(() -> SqlText.requireOneStatement(sql)).hasMessageContaining("more than one statement");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "CREATE TABLE a (no integer); COMMIT",
                "CREATE TRIGGER t AFTER UPDATE ON t BEGIN SELECT 1; END; ROLLBACK"
            })
    void controls(String sql) {
        assertThat(SqlText.controlsTransaction(sql)).isTrue();
    }
}
