package dev.modelscan.storage.conversations;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelscan.storage.errors.InvalidDataException;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The form of RFC 6838, section 4.2. */
class ContentTypeTest {

    private static final String NAME = "[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}";
    private static final Pattern FORM = Pattern.compile(NAME + "/" + NAME);

    @Test
    void everyCharacterAtEveryPlace() {
        for (char c = 0; c < 0x180; c++) {
            for (String type :
                    new String[] {c + "a/b", "a" + c + "/b", "a/" + c + "b", "a/b" + c, c + "/b", "a/" + c}) {
                requireRule(type);
            }
        }
    }

    @Test
    void partsOfEveryLength() {
        for (int length = 0; length <= 130; length++) {
            requireRule("a".repeat(length) + "/b");
            requireRule("a/" + "b".repeat(length));
        }
    }

    private static void requireRule(String type) {
        boolean accepted;
        try {
            accepted = new ContentType(type).value().equals(type);
        } catch (InvalidDataException refused) {
            accepted = false;
        }
        assertThat(accepted).as(type).isEqualTo(FORM.matcher(type).matches());
    }
}
