using Tenon.Scheduling.Engine;
using Tenon.Scheduling.Model;

namespace Tenon.Scheduling.Explain;

/// <summary>
/// Which of requirements, resources and offerings no type met, alone and in pairs: upstream's table of texts
/// (scheduling specification §11.4).
/// </summary>
internal sealed record FilterVerdict(string Text, Misfit Why, bool IsResourcesOnly, HashSet<int>? Short)
{
    public static FilterVerdict Of(Tables tables, PoolTable pool, ulong[] shapes, int set, ClassTable pods)
    {
        bool met = false,
            fits = false,
            offered = false,
            metAndFits = false,
            metAndOffered = false,
            fitsAndOffered = false;
        var agreeing = tables.Agreeing(set);
        var view = tables.View(set).Shapes;
        var surviving = new ulong[tables.Words];
        foreach (var type in ByType(tables, shapes))
        {
            var (typeFits, typeOffered) = (false, false);
            foreach (var shape in type)
            {
                if (Overhead(pool, shape) is not { } group || Conflicts(tables, group, pods))
                    continue;
                if (!BitRow.Has(view, shape))
                    continue;
                typeOffered = true;
                if (!Holds(tables, group, shape, pods))
                    continue;
                typeFits = true;
                if (BitRow.Has(agreeing, shape))
                    BitRow.Add(surviving, shape);
            }
            var examined = type.Exists(shape => Overhead(pool, shape) is { } group && !Conflicts(tables, group, pods));
            var typeMet = examined && BitRow.Has(agreeing, type[0]);
            met |= typeMet;
            fits |= typeFits;
            offered |= typeOffered;
            metAndFits |= typeMet && typeFits && !typeOffered;
            metAndOffered |= typeMet && typeOffered && !typeFits;
            fitsAndOffered |= typeFits && typeOffered && !typeMet;
        }
        if (!BitRow.IsEmpty(surviving))
            return MinValuesFault(tables, set, surviving);
        var why =
            (met ? Misfit.None : Misfit.Requirements)
            | (fits ? Misfit.None : Misfit.Resources)
            | (offered ? Misfit.None : Misfit.Offering);
        var text = (met, fits, offered) switch
        {
            (false, false, false) =>
                "no instance type met the scheduling requirements or had enough resources or had a required offering",
            (false, false, true) => "no instance type met the scheduling requirements or had enough resources",
            (false, true, false) => "no instance type met the scheduling requirements or had a required offering",
            (true, false, false) => "no instance type had enough resources or had a required offering",
            (false, true, true) => "no instance type met all requirements",
            (true, false, true) => "no instance type has enough resources",
            (true, true, false) => "no instance type has the required offering",
            _ when metAndFits =>
                "no instance type which met the scheduling requirements and had enough resources, had a required offering",
            _ when fitsAndOffered =>
                "no instance type which had enough resources and the required offering met the scheduling requirements",
            _ when metAndOffered =>
                "no instance type which met the scheduling requirements and the required offering had the required resources",
            _ => "no instance type met the requirements/resources/offering tuple",
        };
        if (why == Misfit.None)
            why = Misfit.Requirements | Misfit.Resources | Misfit.Offering;
        return new(text, why, met && !fits && offered, null);
    }

    private static FilterVerdict MinValuesFault(Tables tables, int set, ulong[] surviving)
    {
        var rows = new HashSet<int>();
        foreach (var row in tables.Sets.Of(set))
            if (
                tables.Rows.MinValuesOf(row) is var wanted and > 0
                && MinValues.Achieved(tables, tables.Rows.KeyOf(row), surviving) < wanted
            )
                rows.Add(row);
        return new("", Misfit.MinValues, false, rows);
    }

    private static List<List<int>> ByType(Tables tables, ulong[] shapes)
    {
        var types = new List<List<int>>();
        for (var shape = BitRow.Next(shapes, 0); shape >= 0; shape = BitRow.Next(shapes, shape + 1))
            if (types.Count > 0 && tables.TypeOf[types[^1][0]] == tables.TypeOf[shape])
                types[^1].Add(shape);
            else
                types.Add([shape]);
        return types;
    }

    private static DaemonGroup? Overhead(PoolTable pool, int shape) =>
        pool.Groups.Find(it => BitRow.Has(it.Shapes, shape));

    private static bool Holds(Tables tables, DaemonGroup group, int shape, ClassTable pods)
    {
        for (var resource = 0; resource < tables.Resources; resource++)
        {
            var wanted = pods.Spec.Requests[resource] + group.Overhead[resource];
            if (wanted > 0 && wanted > tables.Allocatable[(shape * tables.Resources) + resource])
                return false;
        }
        return true;
    }

    private static bool Conflicts(Tables tables, DaemonGroup group, ClassTable pods)
    {
        foreach (var mine in pods.Spec.Ports)
        foreach (var theirs in group.Ports)
            if (Raise(tables.Problem.Ports[mine]).ConflictsWith(Raise(tables.Problem.Ports[theirs])))
                return true;
        return false;
    }

    private static Domain.Pods.HostPort Raise(PortSpec port) => new(port.Ip, port.Port, port.Protocol);
}
