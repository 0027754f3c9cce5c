package cn.deident;

import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How a CMS calls the hook, as a small program: {@code PublishExample [--mask] [--open] [--en] [--seconds N] [--attach FILE]… TITLE FILE}.
 *
 * <p>The hook is in the environment: DEIDENT_URL and DEIDENT_KEY. What may be published goes to standard output, words for the editor to
 * standard error. Exit code: 0 it may be published · 1 it may not · 2 wrong usage · 3 it could not be checked.
 */
public final class PublishExample {
    private PublishExample() {}

    /**
     * What stands in the action "publish" of a CMS.
     *
     * @param hook one for the whole CMS
     * @param page what is to go online
     * @param mask whether the editor chose "mask and publish"
     * @param editor where the editor reads
     * @return the answer that decides: the page goes online where it {@link Answer#mayPublish}, with the masked content where it has one
     */
    static Answer publish(PublishHook hook, Page page, boolean mask, PrintStream editor) {
        Answer answer = hook.check(page);
        if (mask && answer.verdict() == Answer.Verdict.BLOCKED) {
            answer = hook.mask(page); // its verdict is about the masked page
        }
        editor.println(answer.describe());
        return answer;
    }

    /** See the class. */
    public static void main(String[] arguments) throws IOException {
        PrintStream editor = new PrintStream(System.err, true, StandardCharsets.UTF_8);
        try {
            System.exit(run(arguments, editor));
        } catch (ArrayIndexOutOfBoundsException | NumberFormatException wrong) {
            System.exit(usage(editor));
        }
    }

    private static int run(String[] arguments, PrintStream editor) throws IOException {
        Map<String, String> environment = System.getenv();
        boolean mask = false;
        boolean open = false;
        String language = "zh";
        Duration timeout = Duration.ofSeconds(20);
        Map<String, byte[]> files = new LinkedHashMap<>();
        int at = 0;
        for (; at < arguments.length && arguments[at].startsWith("--"); at++) {
            switch (arguments[at]) {
                case "--mask":
                    mask = true;
                    break;
                case "--open":
                    open = true;
                    break;
                case "--en":
                    language = "en";
                    break;
                case "--seconds":
                    timeout = Duration.ofMillis((long) (1000 * Double.parseDouble(arguments[++at])));
                    break;
                case "--attach":
                    Path file = Path.of(arguments[++at]);
                    files.put(file.getFileName().toString(), Files.readAllBytes(file));
                    break;
                default:
                    return usage(editor);
            }
        }
        if (arguments.length - at != 2 || !environment.containsKey("DEIDENT_URL") || !environment.containsKey("DEIDENT_KEY")) {
            return usage(editor);
        }
        String html = Files.readString(Path.of(arguments[at + 1]), StandardCharsets.UTF_8);
        Page page = Page.html(arguments[at], html).withChannel("site").withLanguage(language).withAuthor("example");
        for (Map.Entry<String, byte[]> file : files.entrySet()) {
            page = page.withAttachment(file.getKey(), file.getValue());
        }
        PublishHook hook = new PublishHook(URI.create(environment.get("DEIDENT_URL")), environment.get("DEIDENT_KEY"), timeout, open);

        PrintStream site = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        Answer answer = publish(hook, page, mask, editor);
        if (answer.mayPublish()) {
            site.print(answer.maskedHtml().orElse(html));
            return 0;
        }
        return answer.verdict() == Answer.Verdict.UNCHECKED || answer.verdict() == Answer.Verdict.INCOMPLETE ? 3 : 1;
    }

    private static int usage(PrintStream editor) {
        editor.println("PublishExample [--mask] [--open] [--en] [--seconds N] [--attach FILE]... TITLE FILE   (DEIDENT_URL, DEIDENT_KEY)");
        return 2;
    }
}
