package dev.modelscan.storage.support;

import dev.modelscan.storage.Repositories;
import dev.modelscan.storage.Repository;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.TreeSet;

/** Records which methods of the repositories are called, so that a test can require all of them. */
public final class MethodCoverage {

    private final Set<String> called = new LinkedHashSet<>();

    /** The same repositories, recorded. */
    public Repositories watch(Repositories repositories) {
        return proxy(Repositories.class, repositories, (method, result) -> {
            return isRepository(method.getReturnType()) ? watchRepository(method.getReturnType(), result) : result;
        });
    }

    private <T> Object watchRepository(Class<T> type, Object repository) {
        return proxy(type, type.cast(repository), (method, result) -> {
            called.add(name(type, method));
            return result;
        });
    }

    /** Conversations have no version, so theirs is no {@link Repository}. */
    private static boolean isRepository(Class<?> type) {
        return type.getSimpleName().endsWith("Repository");
    }

    /** The methods that were not called yet. */
    public Set<String> missing() {
        Set<String> missing = new TreeSet<>();
        for (Method accessor : Repositories.class.getMethods()) {
            Class<?> type = accessor.getReturnType();
            if (isRepository(type)) {
                for (Method method : type.getMethods()) {
                    if (!Modifier.isStatic(method.getModifiers())) {
                        missing.add(name(type, method));
                    }
                }
            }
        }
        missing.removeAll(called);
        return missing;
    }

    private static String name(Class<?> type, Method method) {
        StringBuilder name = new StringBuilder(type.getSimpleName() + "." + method.getName() + "(");
        for (Class<?> parameter : method.getParameterTypes()) {
            name.append(name.charAt(name.length() - 1) == '(' ? "" : ", ").append(parameter.getSimpleName());
        }
        return name.append(")").toString();
    }

    private interface After {
        Object apply(Method method, Object result);
    }

    private static <T> T proxy(Class<T> type, T target, After after) {
        Object proxy =
                Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (self, method, arguments) -> {
                    try {
                        return after.apply(method, method.invoke(target, arguments));
                    } catch (InvocationTargetException e) {
                        after.apply(method, null);
                        throw e.getCause();
                    }
                });
        return type.cast(proxy);
    }
}
