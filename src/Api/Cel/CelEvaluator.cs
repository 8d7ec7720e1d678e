using System.Collections.Immutable;
using System.Globalization;

namespace Tenon.Api.Cel;

/// <summary>Walks an expression. Errors travel as values; only running out of budget leaves the walk.</summary>
internal sealed class CelEvaluator(CelBudget budget)
{
    public CelValue Value(CelNode node, CelScope? scope)
    {
        budget.Spend(1);
        return node switch
        {
            CelNode.Constant constant => constant.Value,
            CelNode.Name name => CelScope.Find(scope, name.Text) ?? TypeName(name.Text),
            CelNode.Select select => Select(Value(select.Target, scope), select.Field, select.IsOptional),
            CelNode.Index index => Index(Value(index.Target, scope), Value(index.At, scope), index.IsOptional),
            CelNode.Has has => Has(Value(has.Target, scope), has.Field),
            CelNode.And and => Logic(and.Left, and.Right, scope, decides: false),
            CelNode.Or or => Logic(or.Left, or.Right, scope, decides: true),
            CelNode.Choice choice => Choice(choice, scope),
            CelNode.ListOf list => List(list, scope),
            CelNode.MapOf map => Map(map, scope),
            CelNode.Loop loop => Loop(loop, scope),
            CelNode.Bind bind => Bind(bind, scope),
            CelNode.OptMap map => OptMap(map, scope),
            CelNode.Call call => Call(call, scope),
            _ => throw new InvalidOperationException($"{node.GetType().Name} is no expression"),
        };
    }

    /// <summary>
    /// One side may decide the matter alone, even when the other is an error; that is what makes
    /// <c>!has(self.x) || self.x &gt; 1</c> safe in either order.
    /// </summary>
    private CelValue Logic(CelNode left, CelNode right, CelScope? scope, bool decides)
    {
        var first = Value(left, scope);
        if (first is CelValue.Bool a && a.Value == decides)
            return first;
        var second = Value(right, scope);
        if (second is CelValue.Bool b && b.Value == decides)
            return second;
        if (first is CelValue.Error)
            return first;
        if (second is CelValue.Error)
            return second;
        return first is CelValue.Bool && second is CelValue.Bool
            ? CelValue.Of(!decides)
            : CelValue.Fail("no such overload");
    }

    private CelValue Choice(CelNode.Choice choice, CelScope? scope) =>
        Value(choice.Condition, scope) switch
        {
            CelValue.Bool condition => Value(condition.Value ? choice.Then : choice.Else, scope),
            CelValue.Error error => error,
            _ => CelValue.Fail("no such overload"),
        };

    private CelValue List(CelNode.ListOf list, CelScope? scope)
    {
        var items = ImmutableArray.CreateBuilder<CelValue>(list.Items.Length);
        foreach (var item in list.Items)
        {
            var value = Value(item, scope);
            if (value is CelValue.Error)
                return value;
            items.Add(value);
        }
        return new CelValue.List(items.MoveToImmutable());
    }

    private CelValue Map(CelNode.MapOf map, CelScope? scope)
    {
        var entries = new Dictionary<CelValue, CelValue>();
        foreach (var (keyNode, valueNode) in map.Entries)
        {
            var (key, value) = (Value(keyNode, scope), Value(valueNode, scope));
            if (key is CelValue.Error)
                return key;
            if (value is CelValue.Error)
                return value;
            if (key is not (CelValue.Text or CelValue.Int or CelValue.Uint or CelValue.Bool))
                return CelValue.Fail("unsupported key type");
            if (!entries.TryAdd(key, value))
                return CelValue.Fail("insert failed: key already exists");
        }
        return new CelValue.Map(entries);
    }

    private CelValue Bind(CelNode.Bind bind, CelScope? scope)
    {
        var value = Value(bind.Value, scope);
        return value is CelValue.Error ? value : Value(bind.Body, new CelScope(bind.Variable, value, scope));
    }

    private CelValue OptMap(CelNode.OptMap map, CelScope? scope)
    {
        if (Value(map.Target, scope) is not CelValue.Optional optional)
            return CelValue.Fail("no such overload");
        if (optional.Value is null)
            return optional;
        var value = Value(map.Body, new CelScope(map.Variable, optional.Value, scope));
        return value is CelValue.Error || map.IsFlat ? value : new CelValue.Optional(value);
    }

    private CelValue Call(CelNode.Call call, CelScope? scope)
    {
        var arguments = new CelValue[call.Arguments.Length];
        for (var i = 0; i < arguments.Length; i++)
        {
            arguments[i] = Value(call.Arguments[i], scope);
            if (arguments[i] is CelValue.Error)
                return arguments[i];
            budget.Spend(Weight(arguments[i]));
        }
        return CelFunctions.Invoke(call.Function, arguments, budget);
    }

    /// <summary>Every function may look at the whole of its arguments.</summary>
    private static long Weight(CelValue value) =>
        value switch
        {
            CelValue.Text text => text.Value.Length / 10,
            CelValue.List list => list.Items.Length / 10,
            CelValue.Map map => map.Entries.Count / 10,
            _ => 0,
        };

    private CelValue Loop(CelNode.Loop loop, CelScope? scope)
    {
        var range = Value(loop.Range, scope);
        if (range is CelValue.Error)
            return range;
        IEnumerable<CelValue>? items = range switch
        {
            CelValue.List list => list.Items,
            CelValue.Map map => map.Entries.Keys,
            _ => null,
        };
        if (items is null)
            return CelValue.Fail("no such overload");
        return loop.Macro switch
        {
            "all" => Quantify(loop, items, scope, decides: false),
            "exists" => Quantify(loop, items, scope, decides: true),
            "exists_one" or "existsOne" => ExistsOne(loop, items, scope),
            "filter" => Filter(loop, items, scope),
            _ => Transform(loop, items, scope),
        };
    }

    private CelValue Quantify(CelNode.Loop loop, IEnumerable<CelValue> items, CelScope? scope, bool decides)
    {
        CelValue? error = null;
        foreach (var item in items)
        {
            var value = Value(loop.Body, new CelScope(loop.Variable, item, scope));
            if (value is CelValue.Bool held)
            {
                if (held.Value == decides)
                    return value;
            }
            else
                error ??= value as CelValue.Error ?? CelValue.Fail("no such overload");
        }
        return error ?? CelValue.Of(!decides);
    }

    private CelValue ExistsOne(CelNode.Loop loop, IEnumerable<CelValue> items, CelScope? scope)
    {
        var count = 0;
        foreach (var item in items)
        {
            var value = Value(loop.Body, new CelScope(loop.Variable, item, scope));
            if (value is not CelValue.Bool held)
                return value as CelValue.Error ?? CelValue.Fail("no such overload");
            if (held.Value)
                count++;
        }
        return CelValue.Of(count == 1);
    }

    private CelValue Filter(CelNode.Loop loop, IEnumerable<CelValue> items, CelScope? scope)
    {
        var kept = ImmutableArray.CreateBuilder<CelValue>();
        foreach (var item in items)
        {
            var value = Value(loop.Body, new CelScope(loop.Variable, item, scope));
            if (value is not CelValue.Bool held)
                return value as CelValue.Error ?? CelValue.Fail("no such overload");
            if (held.Value)
                kept.Add(item);
        }
        return new CelValue.List(kept.ToImmutable());
    }

    private CelValue Transform(CelNode.Loop loop, IEnumerable<CelValue> items, CelScope? scope)
    {
        var made = ImmutableArray.CreateBuilder<CelValue>();
        foreach (var item in items)
        {
            var inner = new CelScope(loop.Variable, item, scope);
            if (loop.Filter is not null)
            {
                var wanted = Value(loop.Filter, inner);
                if (wanted is not CelValue.Bool held)
                    return wanted as CelValue.Error ?? CelValue.Fail("no such overload");
                if (!held.Value)
                    continue;
            }
            var value = Value(loop.Body, inner);
            if (value is CelValue.Error)
                return value;
            made.Add(value);
        }
        return new CelValue.List(made.ToImmutable());
    }

    private static CelValue Select(CelValue target, string field, bool isOptional)
    {
        switch (target)
        {
            case CelValue.Error:
                return target;
            case CelValue.Optional optional:
                if (optional.Value is null)
                    return optional;
                return Select(optional.Value, field, isOptional: true);
            case CelValue.Map map:
                if (map.Entries.TryGetValue(CelValue.Of(CelFieldNames.Unescape(field)), out var value))
                    return isOptional ? new CelValue.Optional(value) : value;
                return isOptional ? new CelValue.Optional(null) : CelValue.Fail($"no such key: {field}");
            default:
                return CelValue.Fail($"no such overload: {target.TypeName}.{field}");
        }
    }

    private static CelValue Has(CelValue target, string field) =>
        target switch
        {
            CelValue.Error => target,
            CelValue.Map map => CelValue.Of(map.Entries.ContainsKey(CelValue.Of(CelFieldNames.Unescape(field)))),
            CelValue.Optional optional => optional.Value is null ? CelValue.False : Has(optional.Value, field),
            _ => CelValue.Fail($"no such overload: has({target.TypeName}.{field})"),
        };

    private static CelValue Index(CelValue target, CelValue at, bool isOptional)
    {
        if (target is CelValue.Error)
            return target;
        if (at is CelValue.Error)
            return at;
        if (target is CelValue.Optional optional)
            return optional.Value is null ? optional : Index(optional.Value, at, isOptional: true);
        var found = target switch
        {
            CelValue.List list when at is CelValue.Int index && index.Value >= 0 && index.Value < list.Items.Length =>
                list.Items[(int)index.Value],
            CelValue.Map map when map.Entries.TryGetValue(at, out var value) => value,
            _ => null,
        };
        if (isOptional)
            return new CelValue.Optional(found);
        if (found is not null)
            return found;
        return target switch
        {
            CelValue.List when at is CelValue.Int index => CelValue.Fail(
                string.Create(CultureInfo.InvariantCulture, $"index out of bounds: {index.Value}")
            ),
            CelValue.Map => CelValue.Fail($"no such key: {CelFunctions.Show(at)}"),
            _ => CelValue.Fail("no such overload"),
        };
    }

    private static CelValue TypeName(string name) =>
        name switch
        {
            "bool" or "int" or "uint" or "double" or "string" or "list" or "map" or "null_type" or "type" =>
                new CelValue.TypeOf(name),
            _ => CelValue.Fail($"undeclared reference to '{name}'"),
        };
}
