package dev.modelscan.storage.cli;

import java.io.PrintWriter;
import java.io.Writer;
import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * What fits the terminal: {@value #COLUMNS} columns, and the characters that its charset has. Text of a database is printed
 * through {@link #line} or {@link #wrapped} alone, so a control character of it never reaches the terminal.
 *
 * <p>A terminal whose charset is not a Unicode one is shown ASCII, since the output itself is UTF-8.
 */
final class Screen {

    static final int COLUMNS = 80;

    /** Control characters, line separators, direction overrides, invisible marks, halves of surrogate pairs. */
    private static final Pattern UNSAFE = Pattern.compile("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}&&[^\\x{200D}\\x{AD}]]");

    private static final Pattern NOT_ASCII = Pattern.compile("[^\\x00-\\x7F]");
    private static final Pattern BREAK = Pattern.compile("\\r\\n|[\\r\\n\\u0085\\u2028\\u2029]");

    /** The first and the last character of each range that takes two columns. */
    private static final int[] WIDE = {
        0x1100, 0x115F, 0x231A, 0x231B, 0x2329, 0x232A, 0x23E9, 0x23EC, 0x23F0, 0x23F0, 0x23F3, 0x23F3, 0x25FD, 0x25FE,
        0x2614, 0x2615, 0x2648, 0x2653, 0x267F, 0x267F, 0x2693, 0x2693, 0x26A1, 0x26A1, 0x26AA, 0x26AB, 0x26BD, 0x26BE,
        0x26C4, 0x26C5, 0x26CE, 0x26CE, 0x26D4, 0x26D4, 0x26EA, 0x26EA, 0x26F2, 0x26F3, 0x26F5, 0x26F5, 0x26FA, 0x26FA,
        0x26FD, 0x26FD, 0x2705, 0x2705, 0x270A, 0x270B, 0x2728, 0x2728, 0x274C, 0x274C, 0x274E, 0x274E, 0x2753, 0x2755,
        0x2757, 0x2757, 0x2795, 0x2797, 0x27B0, 0x27B0, 0x27BF, 0x27BF, 0x2B1B, 0x2B1C, 0x2B50, 0x2B50, 0x2B55, 0x2B55,
        0x2E80, 0x303E, 0x3041, 0x33FF, 0x3400, 0x4DBF, 0x4E00, 0x9FFF, 0xA000, 0xA4CF, 0xAC00, 0xD7A3, 0xF900, 0xFAFF,
        0xFE30, 0xFE6F, 0xFF00, 0xFF60, 0xFFE0, 0xFFE6, 0x1F300, 0x1F64F, 0x1F680, 0x1F6FF, 0x1F7E0, 0x1F7EB, 0x1F900,
        0x1F9FF, 0x1FA70, 0x1FAFF, 0x20000, 0x3FFFD
    };

    private final boolean unicode;

    Screen(boolean unicode) {
        this.unicode = unicode;
    }

    /** A writer that knows what the terminal behind it can show. */
    static final class ScreenWriter extends PrintWriter {

        private final Screen screen;

        ScreenWriter(Writer out, Screen screen) {
            super(out, true);
            this.screen = screen;
        }
    }

    /** The screen behind a writer; one that shows everything if the writer knows none. */
    static Screen of(PrintWriter out) {
        return out instanceof ScreenWriter writer ? writer.screen : new Screen(true);
    }

    /** The screen of this process, by the charset that the system says. */
    static Screen ofSystem() {
        // From Java 18 on, the first says what the terminal takes. Java 17 has the second.
        String name = System.getProperty("stdout.encoding", System.getProperty("native.encoding", "UTF-8"));
        return new Screen(
                !Charset.isSupported(name) || Charset.forName(name).name().startsWith("UTF-"));
    }

    boolean isUnicode() {
        return unicode;
    }

    /** A character of a bar. */
    String block() {
        return unicode ? "\u2588" : "#";
    }

    private String ellipsis() {
        return unicode ? "\u2026" : "...";
    }

    /** Text on one line, with what cannot be shown as question marks. */
    String line(String text) {
        String safe = UNSAFE.matcher(text.replace('\t', ' ')).replaceAll("?");
        return unicode ? safe : NOT_ASCII.matcher(safe).replaceAll("?");
    }

    /** Text on one line of at most that many columns. What is left out is an ellipsis. */
    String line(String text, int columns) {
        // A character takes no column at the least, so more of them than this are not looked at.
        String start = text.length() > 16 * columns ? prefix(text, 16 * columns) : text;
        String line = line(BREAK.matcher(start).replaceAll(" "));
        if (width(line) <= columns && start.length() == text.length()) {
            return line;
        }
        String ellipsis = ellipsis();
        return line.substring(0, fitting(line, 0, columns - ellipsis.length())) + ellipsis;
    }

    private static String prefix(String text, int length) {
        return text.substring(0, Character.isHighSurrogate(text.charAt(length - 1)) ? length - 1 : length);
    }

    /**
     * The lines of a text, each of at most that many columns, broken at spaces if there are any.
     *
     * @param most the maximum number of lines; the rest is left out
     */
    List<String> wrapped(String text, int columns, int most) {
        List<String> lines = new ArrayList<>();
        for (String paragraph : (Iterable<String>) BREAK.splitAsStream(text)::iterator) {
            String rest = line(paragraph.replace("\t", "    ")).stripTrailing();
            int from = 0;
            do {
                if (lines.size() == most) {
                    return lines;
                }
                int to = breakAfter(rest, from, fitting(rest, from, columns));
                lines.add(rest.substring(from, to).stripTrailing());
                from = to;
                while (from < rest.length() && rest.charAt(from) == ' ') {
                    from++;
                }
            } while (from < rest.length());
        }
        return lines;
    }

    private static int breakAfter(String line, int from, int to) {
        if (to == line.length() || line.charAt(to) == ' ') {
            return to;
        }
        int space = to;
        // Not by lastIndexOf, which would look through all of a long line for each of its parts.
        while (space > from && line.charAt(space) != ' ') {
            space--;
        }
        // A line that is all indentation would say nothing.
        return space > from && !line.substring(from, space).isBlank() ? space : to;
    }

    /** The end of the longest part from a place on that fits; one character at the least. */
    private static int fitting(String line, int from, int columns) {
        int used = 0;
        int at = from;
        while (at < line.length()) {
            int character = line.codePointAt(at);
            used += width(character);
            if (used > columns && at > from) {
                return at;
            }
            at += Character.charCount(character);
        }
        return at;
    }

    /** How many columns a text takes. */
    static int width(String text) {
        return text.codePoints().map(Screen::width).sum();
    }

    private static int width(int character) {
        if (character < 0x300) {
            return 1;
        }
        int type = Character.getType(character);
        if (type == Character.NON_SPACING_MARK || type == Character.ENCLOSING_MARK || type == Character.FORMAT) {
            return 0;
        }
        for (int i = 0; i < WIDE.length; i += 2) {
            if (character >= WIDE[i] && character <= WIDE[i + 1]) {
                return 2;
            }
        }
        return 1;
    }
}
