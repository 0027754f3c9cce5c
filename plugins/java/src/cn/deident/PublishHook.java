package cn.deident;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The publish hook ({@code deident serve}) of a site. Safe for use by many threads; one object serves the whole CMS.
 *
 * <p>It throws nothing for a hook that is down, slow or refuses: such an answer is {@link Answer.Verdict#UNCHECKED} with words for the editor.
 * It is closed (nothing is published) unless {@code failOpen} is set; content that the hook itself refuses is never passed.
 */
public final class PublishHook {
    private static final Set<Integer> CONTENT_REFUSED = Set.of(400, 413, 415, 422);

    private final URI base;
    private final String key;
    private final Duration timeout;
    private final boolean failOpen;
    private final HttpClient client;

    /**
     * A hook that fails closed and is given 20 seconds.
     *
     * @param base where it answers, for example {@code http://127.0.0.1:8470}
     * @param key the key of this CMS, made by {@code deident serve --new-key NAME}
     */
    public PublishHook(URI base, String key) {
        this(base, key, Duration.ofSeconds(20), false);
    }

    /**
     * A hook.
     *
     * @param base where it answers
     * @param key the key of this CMS
     * @param timeout for one request, from connecting to the last byte
     * @param failOpen whether pages go online unchecked while the hook is down; closed is what a public body wants
     */
    public PublishHook(URI base, String key, Duration timeout, boolean failOpen) {
        this.base = base;
        this.key = key;
        this.timeout = timeout;
        this.failOpen = failOpen;
        // Redirects are not followed: the key goes to no other address.
        this.client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(timeout).build();
    }

    /** May it be published? */
    public Answer check(Page page) {
        return ask("check", page);
    }

    /** Masks it. The verdict is about the masked page: it is publishable, or says what is left for a person. */
    public Answer mask(Page page) {
        return ask("mask", page);
    }

    private Answer ask(String verb, Page page) {
        boolean chinese = !"en".equals(page.fields().get("lang"));
        HttpRequest request =
                HttpRequest.newBuilder(URI.create(base.toString().replaceAll("/+$", "") + "/v1/" + verb))
                        .timeout(timeout)
                        .header("Authorization", "Bearer " + key)
                        .header("Content-Type", "application/json; charset=utf-8")
                        .POST(HttpRequest.BodyPublishers.ofString(Json.write(page.fields()), StandardCharsets.UTF_8))
                        .build();
        Answer answer = send(request, chinese);
        return answer == null ? broken(send(request, chinese), chinese) : answer;
    }

    /** The answer; null where the connection broke off, as one from the pool does that the server has closed meanwhile. */
    private Answer send(HttpRequest request, boolean chinese) {
        CompletableFuture<HttpResponse<String>> sent =
                client.sendAsync(request, HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
        try {
            return read(sent.get(timeout.toMillis(), TimeUnit.MILLISECONDS), chinese);
        } catch (InterruptedException interrupted) {
            sent.cancel(true);
            Thread.currentThread().interrupt();
            return Answer.unchecked(chinese ? "检查被中断。请再试一次。" : "The check was interrupted. Try again.", false);
        } catch (TimeoutException late) {
            sent.cancel(true);
            return late(chinese);
        } catch (ExecutionException failed) {
            if (failed.getCause() instanceof HttpTimeoutException) {
                return late(chinese);
            }
            if (failed.getCause() instanceof ConnectException) {
                return Answer.unchecked(
                        chinese
                                ? "无法连接检查服务。请稍后再试，或告知管理员。"
                                : "The check cannot be reached. Try again in a while, or tell the administrator.",
                        failOpen);
            }
            if (failed.getCause() instanceof IOException) {
                return null;
            }
            throw new IllegalStateException("deident: the request failed", failed.getCause());
        }
    }

    /** Broken off twice: a hook that is there may do so to content that is too large, so that this is closed on every site. */
    private static Answer broken(Answer answer, boolean chinese) {
        return answer != null
                ? answer
                : Answer.unchecked(
                        chinese
                                ? "与检查服务的连接中断（内容可能过大）。请稍后再试，或告知管理员。"
                                : "The connection to the check broke off (the content may be too large). Try again in a while, or tell the administrator.",
                        false);
    }

    private Answer late(boolean chinese) {
        return Answer.unchecked(
                chinese
                        ? "检查服务没有及时答复。请稍后再试，或告知管理员。"
                        : "The check did not answer in time. Try again in a while, or tell the administrator.",
                failOpen);
    }

    private Answer read(HttpResponse<String> response, boolean chinese) {
        int status = response.statusCode();
        Map<?, ?> body;
        try {
            body = Answer.map(Json.read(response.body()));
        } catch (IllegalArgumentException notJson) {
            body = Map.of();
        }
        if (status == 200) {
            return Answer.of(body).orElseGet(() -> unavailable(status, "", chinese));
        }
        String said = Answer.string(Answer.map(body.get("error")).get("message"));
        if (CONTENT_REFUSED.contains(status)) {
            return Answer.unchecked((chinese ? "检查服务无法接收此内容。" : "The check could not take this content. ") + said, false);
        }
        if (status == 401 || status == 403) {
            return Answer.unchecked(
                    chinese
                            ? "检查服务不认可本系统的密钥。请管理员更正。"
                            : "The check does not accept the key of this system. An administrator must correct it.",
                    failOpen);
        }
        return unavailable(status, said, chinese);
    }

    private Answer unavailable(int status, String said, boolean chinese) {
        String words = chinese ? "检查服务暂时不可用（HTTP " + status + "）。" : "The check is not available at the moment (HTTP " + status + "). ";
        return Answer.unchecked((words + said).trim(), failOpen);
    }
}
